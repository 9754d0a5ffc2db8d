"""Who does many independent tasks: processes of this machine, or a farm of them."""

from wayside.executors.ordered import ordered
from wayside.executors.protocol import EXECUTORS, Executor, Outcome, executor, local_executor

__all__ = ["EXECUTORS", "Executor", "Outcome", "executor", "local_executor", "ordered"]
