"""How machines put numbers in: an access key for a measure or a programme, and what it opens."""
