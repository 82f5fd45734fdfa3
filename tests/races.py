"""Several people at the same moment, with real threads on a real database."""

import threading

from django.db import connections


def at_once(*acts):
    """Do all of them in threads that start together; return what each gave back or raised."""
    barrier = threading.Barrier(len(acts))
    results = [None] * len(acts)

    def do(place, act):
        try:
            barrier.wait(timeout=20)
            results[place] = act()
        except Exception as error:  # the test looks at it
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results
