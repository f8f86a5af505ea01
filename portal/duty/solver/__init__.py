"""The roster solver: who keeps which shift of a month.

Pure: it knows neither database nor web. ``solve`` fills as many slots as the hard rules allow,
then levels nights, weekends, holidays and shifts over the year, then meets wishes; ``faults``
checks any assignment by plain rules.
"""

from portal.duty.solver.cp import solve
from portal.duty.solver.problem import (
    Busy,
    Fault,
    Person,
    Problem,
    Rules,
    Slot,
    Solution,
    Wish,
)
from portal.duty.solver.rules import faults

__all__ = ["Busy", "Fault", "Person", "Problem", "Rules", "Slot", "Solution", "Wish", "faults",
           "solve"]  # fmt: skip
