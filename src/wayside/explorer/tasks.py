"""Questions of the page, and which thread answers each."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from wayside.errors import InputError
from wayside.explorer.state import State, compared_queries
from wayside.explorer.worker import ThreadWarnings, Worker

if TYPE_CHECKING:
    from wayside.explorer.details import Download
    from wayside.explorer.engine import Engine

_TABS: Final = 100
"""Pages whose newest question is remembered."""

Question = Mapping[str, Any]


class Tasks:
    """Answers questions in two threads: drawings at once, all else behind them.

    The library is imported by the threads, while the page is being loaded.

    Parameters
    ----------
    first
        State that a page opens with.
    others
        States that it compares it with.
    """

    def __init__(self, first: State, others: tuple[State, ...] = ()) -> None:
        self.first = first
        self.others = others
        self._at_once, self._later = Worker("wayside-drawing"), Worker("wayside-exact")
        self._warnings = ThreadWarnings()
        self._newest: OrderedDict[str, int] = OrderedDict()
        self._made: Engine | None = None

    @property
    def _engine(self) -> "Engine":
        """Made in the thread of drawings, which answers the first question."""
        if self._made is None:
            from wayside.explorer.engine import Engine

            self._made = Engine((self.first.base, *(other.base for other in self.others)))
        return self._made

    async def answer(
        self, name: str, question: Question, gone: Callable[[], bool] = lambda: False
    ) -> dict[str, Any]:
        """Answer a question.

        Parameters
        ----------
        name
            A key of `QUESTIONS`.
        question
            ``tab``, a name of the page, and ``serial``, the number of its state; ``query``, the
            state; and what the question needs.
        gone
            Whether the page has closed.

        Raises
        ------
        InputError
            If the question cannot be answered.
        """
        if name not in QUESTIONS:
            raise InputError(f"question {name!r}: must be one of {', '.join(QUESTIONS)}")
        method, at_once = QUESTIONS[name]
        tab, serial = str(question["tab"]), int(question["serial"])
        self._newest[tab] = max(serial, self._newest.get(tab, 0))
        self._newest.move_to_end(tab)
        while len(self._newest) > _TABS:
            self._newest.popitem(last=False)

        def superseded() -> bool:
            return gone() or self._newest.get(tab, serial) > serial

        def job() -> dict[str, Any]:
            from wayside.explorer.superseded import NoLongerWanted

            with self._warnings.kept() as lines:
                try:
                    if superseded():
                        raise NoLongerWanted
                    answer = method(self, question, superseded)
                except NoLongerWanted:
                    return {"superseded": True}
            return {**answer, "warnings": lines}

        return await (self._at_once if at_once else self._later).do(job)

    async def download(self, kind: str, query: str) -> "Download":
        """A file of a state; its kind is one of `wayside.explorer.details.download`."""

        def job() -> "Download":
            from wayside.explorer.details import download

            states = [self._engine.state(text) for text in (query, *compared_queries(query))]
            with self._warnings.kept():
                return download(states, kind)

        return await self._later.do(job)

    def _start(self, question: Question, _: Callable[[], bool]) -> dict[str, Any]:
        """The page of a state, or of the first one where it names none."""
        query = str(question.get("query") or self.first.query())
        others = [other.query() for other in self.others]
        return {**self._change({**question, "query": query}, _), "others": others}

    def _change(self, question: Question, _: Callable[[], bool]) -> dict[str, Any]:
        """A state after changes, with a preview of its plane."""
        engine, query = self._engine, str(question["query"])
        changes = {str(key): str(text) for key, text in dict(question.get("changes", {})).items()}
        if question.get("base"):
            query = State(str(question["base"])).query()
        place = question.get("place")
        if place is not None:
            changes |= engine.pinned(query, float(place[0]), float(place[1]))
        applied = engine.applied(query, changes)
        if question.get("drawn") == applied.state.query():
            return {"page": engine.page(applied), "plane": None}  # all was refused
        plane = engine.preview(applied.scenario, bool(question.get("events")))
        return {"page": engine.page(applied), "plane": plane}

    def _exact(self, question: Question, superseded: Callable[[], bool]) -> dict[str, Any]:
        scenario = self._engine.state(str(question["query"])).scenario()
        return {"plane": self._engine.exact(scenario, bool(question.get("events")), superseded)}

    def _relic(self, question: Question, superseded: Callable[[], bool]) -> dict[str, Any]:
        scenario = self._engine.state(str(question["query"])).scenario()
        return self._engine.relic(scenario, superseded)

    def _relic_preview(self, question: Question, _: Callable[[], bool]) -> dict[str, Any]:
        scenario = self._engine.state(str(question["query"])).scenario()
        return self._engine.relic_preview(scenario)

    def _prepare(self, question: Question, superseded: Callable[[], bool]) -> dict[str, Any]:
        self._engine.prepare(self._engine.state(str(question["query"])).scenario(), superseded)
        return {}

    def _glance(self, question: Question, _: Callable[[], bool]) -> dict[str, Any]:
        scenario = self._engine.state(str(question["query"])).scenario()
        return self._engine.glance(scenario, float(question["x"]), float(question["y"]))

    def _details(self, question: Question, superseded: Callable[[], bool]) -> dict[str, Any]:
        from wayside.explorer.details import distributions

        scenario = self._engine.state(str(question["query"])).scenario()
        return distributions(scenario, superseded)


_Method = Callable[[Tasks, Question, Callable[[], bool]], dict[str, Any]]

QUESTIONS: Final[dict[str, tuple[_Method, bool]]] = {
    "start": (Tasks._start, True),
    "change": (Tasks._change, True),
    "glance": (Tasks._glance, True),
    "exact": (Tasks._exact, False),
    "relic": (Tasks._relic, False),
    "relic_preview": (Tasks._relic_preview, True),
    # With the drawings, which use what is prepared: a change waits for one step at most.
    "prepare": (Tasks._prepare, True),
    "details": (Tasks._details, False),
}
"""Method by question, and whether it is answered at once."""
