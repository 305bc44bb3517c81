"""What can be done about triggers and their actions: of the marked rows, else of this one."""

from __future__ import annotations

from datetime import datetime

from textual import on

from engine.rules.wording import count_of
from store.reads import triggers
from store.trigger_values import Trigger
from tui.perform import Wish, wish
from tui.screens.dialog import Confirm, Dialog
from tui.screens.view import View
from tui.text import safe
from tui.trigger_rows import Coming, Past
from tui.widgets.form import Field, Notes
from tui.widgets.line_list import LineList

MOST = 10_000
"""Actions that one key may decide."""


class TriggerVerbs(View):
    """add, edit, pause, delete, act at once, cancel, undo, why, install."""

    def words(self) -> None:
        """Say what is shown and marked."""
        raise NotImplementedError(type(self).__name__)

    @on(LineList.Marked)
    def _marks_changed(self) -> None:
        self.words()

    @property
    def trigger(self) -> Trigger | None:
        """The trigger under the cursor, or that of the action under it."""
        row = self.current
        if isinstance(row, Trigger):
            return triggers.trigger(self.desk.reader, row.id)
        if isinstance(row, Coming | Past) and row.action.trigger_id is not None:
            return triggers.trigger(self.desk.reader, row.action.trigger_id)
        return None

    @property
    def act_of_row(self) -> int | None:
        """The act of the line under the cursor, which `u` takes back."""
        row = self.current
        return row.act if isinstance(row, Past) else None

    def _chosen(self) -> list[Trigger]:
        """The marked triggers, else the one under the cursor."""
        if isinstance(self.current, Trigger):
            numbers = [number for number in self.list.targets() if isinstance(number, int)]
            return [triggers.trigger(self.desk.reader, number) for number in sorted(numbers)[:100]]
        return [self.trigger] if self.trigger is not None else []

    def open_current(self) -> None:
        """Enter opens the task of an action; of a trigger its detail, or the editor where that is there already."""
        row = self.current
        if isinstance(row, Coming | Past):
            self._open_task(row)
        elif isinstance(row, Trigger) and not self.has_class("-narrow"):
            self.action_edit()
        else:
            super().open_current()

    def _open_task(self, row: Coming | Past) -> None:
        """One task with its verbs; of an action for a whole zone the detail."""
        from store.reads.task_rows import one
        from tui.screens.one_task import OneTask

        number = row.action.task_id
        if number is None:
            super().open_current()
        elif one(self.desk.reader, number) is None:
            self.notify("That task is gone for good.")
        else:
            self.desk.push_screen(OneTask(number))

    def action_add(self) -> None:
        """A new trigger."""
        from tui.screens.trigger_editor import TriggerEditor

        self.desk.push_screen(TriggerEditor(None))

    def action_edit(self) -> None:
        """Edit with its sentence and what it would touch in sight."""
        from tui.screens.trigger_editor import TriggerEditor

        trigger = self.trigger
        if trigger is None:
            self.notify("Put the cursor on a trigger first; a adds one.")
        elif trigger.deleted_at is not None:
            self.notify(f"{safe(trigger.name)} is deleted.")
        else:
            self.desk.push_screen(TriggerEditor(trigger))

    def action_pause(self) -> None:
        """Pause with a reason and an end, or let go on what is paused or was stopped."""
        from engine.operations.triggers import enable, resume

        trigger = self.trigger
        if trigger is None:
            self.notify("Put the cursor on a trigger first.")
        elif trigger.pause_reason is not None or trigger.error is not None:
            self.desk.perform(resume, trigger.name, then=lambda _: self.notify(f"{safe(trigger.name)} goes on."))
        elif not trigger.is_enabled:
            self.desk.perform(enable, trigger.name, then=lambda _: self.notify(f"{safe(trigger.name)} is on."))
        else:
            self.desk.push_screen(_pause_dialog(trigger, self.desk.clock(), self.desk.zone.key))

    def action_delete(self) -> None:
        """Delete the chosen triggers; more than one is asked about. Undo brings each back."""
        from engine.operations.triggers import delete

        if not isinstance(self.current, Trigger):
            self.notify("[ goes to the triggers; x cancels an action.")
            return
        chosen = self._chosen()

        def answer(yes: bool | None) -> None:
            if yes:
                for each in chosen:
                    self.desk.perform(delete, each.name, then=self._deleted)
                self.list.set_marks(())

        if len(chosen) > 1:
            question = f"Delete {count_of(len(chosen), 'trigger')}? What waits for them is given up."
            self.desk.push_screen(Confirm(question, "delete", ("u brings each back.",)), answer)
        else:
            answer(True)

    def _deleted(self, trigger: Trigger) -> None:
        self.notify(f"Deleted: {safe(trigger.name)}. u takes it back.")

    # -- of actions -----------------------------------------------------------------------------------------

    def _actions(self) -> list[int]:
        """Ids of the marked actions that wait, else of the one under the cursor."""
        if not isinstance(self.current, Coming):
            self.notify("Put the cursor on an action that waits first: ] goes to them.")
            return []
        numbers = sorted(number for number in self.list.targets() if isinstance(number, int))
        if len(numbers) > MOST:
            self.notify(f"More than {MOST:,} are marked.")
            return []
        return numbers

    def action_act_now(self) -> None:
        """Do what waits at once; of more than one it is asked."""
        from engine.operations.trigger_actions import act_now

        numbers = self._actions()

        def answer(yes: bool | None) -> None:
            if yes:
                self.desk.perform(act_now, *numbers, then=lambda _: self._decided("Done now"))

        if len(numbers) > 1:
            self.desk.push_screen(Confirm(f"Do {count_of(len(numbers), 'action')} now?", "do it"), answer)
        elif numbers:
            answer(True)

    def action_cancel(self) -> None:
        """Cancel what waits, with a reason."""
        from engine.operations.trigger_actions import cancel

        numbers = self._actions()
        if not numbers:
            return

        def save(given: dict[str, str]) -> Wish:
            return wish(cancel, *numbers, reason=given["reason"].strip(), then=lambda _: self._decided("Cancelled"))

        row = self.current
        one = row.many or row.action.subject_name if isinstance(row, Coming) else ""
        what = f"{row.action.action or ''}: {one}" if len(numbers) == 1 else count_of(len(numbers), "action")
        fields = (Field("reason", "because", hint="may be empty"),)
        self.desk.push_screen(Dialog(f"Cancel {what}", fields, lambda _: Notes(), save, "cancel it"))

    def _decided(self, words: str) -> None:
        self.list.set_marks(())
        self.notify(f"{words}. u takes it back.")

    def action_why(self) -> None:
        """Why it is as it is."""
        from tui.screens.dialog import Words
        from tui.trigger_words import why_lines

        row = self.current
        if isinstance(row, Trigger | Coming | Past):
            name = row.name if isinstance(row, Trigger) else row.action.trigger
            self.desk.push_screen(Words(f"Why {name}", why_lines(self.desk, row)))

    def action_install(self) -> None:
        """Install ready-made labels with their triggers."""
        from tui.screens.ready_made import ReadyLabels

        self.desk.push_screen(ReadyLabels())


def _pause_dialog(trigger: Trigger, now: datetime, zone: str) -> Dialog:
    from engine.operations.triggers import pause
    from engine.rules.dates import parse_instant
    from engine.rules.errors import BadValue
    from engine.rules.wording import long_day

    def check(given: dict[str, str]) -> Notes:
        wrong = {} if given["reason"].strip() else {"reason": "say why, for whoever asks later"}
        means = {}
        if given["until"].strip():
            try:
                at = parse_instant(given["until"], now, zone)
                means["until"] = f"{long_day(at.date())} {at:%H:%M}"
            except BadValue as fault:
                wrong["until"] = str(fault)
        return Notes(wrong, means)

    def save(given: dict[str, str]) -> Wish:
        until = parse_instant(given["until"], now, zone) if given["until"].strip() else None
        return wish(pause, trigger.name, reason=given["reason"], until=until)

    fields = (Field("reason", "because"), Field("until", "until", hint="empty: until resumed"))
    return Dialog(f"Pause {trigger.name}", fields, check, save, "pause")
