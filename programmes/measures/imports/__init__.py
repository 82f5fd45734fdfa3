"""Files of numbers on their way in: read, shown, and applied all or none."""
