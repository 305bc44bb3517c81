"""What can be done about lines of the ledger: about this one, the marked ones, or all that match."""

from __future__ import annotations

from store.reads import ledger
from store.reads.ledger import Line, Which
from tui.screens.view import View


class MissedVerbs(View):
    """accept, run it now, run the last."""

    all_chosen = False
    """The next verb is for all that match the filter, in view or not."""

    @property
    def which(self) -> Which:
        """What the list shows."""
        raise NotImplementedError(type(self).__name__)

    def words(self) -> None:
        """Say what is shown and chosen."""
        raise NotImplementedError(type(self).__name__)

    def choose_all(self, chosen: bool) -> None:
        """All that match, or no longer."""
        self.all_chosen = chosen
        self.words()

    def action_choose_all(self) -> None:
        """The next verb is for all that match; again: it is not."""
        self.choose_all(not self.all_chosen)

    def chosen(self) -> list[int]:
        """Ids of all that match if that was chosen, else of the marked lines, else of this one."""
        if self.all_chosen:
            return ledger.ids(self.desk.reader, self.which, 10_000)
        return sorted(number for number in self.list.targets() if isinstance(number, int))

    def action_why(self) -> None:
        """Why it did not happen."""
        if isinstance(self.current, Line):
            self.open_current()
