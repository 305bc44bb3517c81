"""What the engine that fires does in a pass: hear, settle, fire, claim, commit; then hand the jobs over.

One transaction where there is something to write, none where there is not. Nothing is started that the store does
not say is starting, and the supervisor hears that something is stored only when that is committed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from sqlite3 import Connection

from engine import boots, claims, crash, firing, outlook
from engine.chores import Chores
from engine.claims import Claims
from engine.clock import Boot, Clock
from engine.clockwatch import ClockWatch
from engine.datelook import DateLook
from engine.deliverylook import DeliveryLook
from engine.intake import Intake
from engine.node import Node
from engine.notices import Notices
from engine.outlook import Outlook, Wish
from engine.passes import Done, Plan, drop
from engine.recovery import AGAIN_SECONDS, Recovery
from engine.rules.loudness import WARNING
from engine.supervisor.events import Event, Output
from engine.templatelook import TemplateLook
from engine.triggers.look import TriggerLook
from engine.turn import Turn
from engine.workers import READY_SECONDS, Workers
from engine.workflows.look import WorkflowLook, is_owed
from store import paths
from store.current import store_path
from store.enums import NodeState, RunState
from store.instants import SECOND

HUSH_SECONDS = 0.02
"""How long a trickle of output is let gather, so that it is not a commit for each line."""
TRICKLE = 64 << 10
_CHORES_SECONDS = 1.0
_STUCK_SECONDS = 1.0


class Duty:
    """Of the engine that holds the lease. See `Engine` for `until` and `say`.

    `_is_stale`: the outlook is old. `_is_claimable`: a run that waits might begin now. `_is_held`: rows may say that
    they wait for an exclusive run.
    """

    def __init__(
        self, connection: Connection, clock: Clock, node: Node, *, until: int | None, say: Callable[[str], None]
    ) -> None:
        self._connection = connection
        self._folder = paths.runs_folder(store_path())
        self._clock = clock
        self._node = node
        self._until = until
        self._say = say
        self._is_new = self._is_stale = self._is_claimable = self._is_held = True
        self._boot = clock.boot()
        self._data_version = -1
        self._outlook: Outlook = outlook.nothing()
        self._listen_at = self._fire_at = self._chores_at = 0.0
        self._expiry: int | None = None
        self._due = self._expiry_seen = 0
        self._dates = DateLook(say)
        self._templates = TemplateLook(clock, say)
        self._triggers = TriggerLook(clock, say)
        self._workflows = WorkflowLook(clock, say)
        self._deliveries = DeliveryLook(clock, node.name, say)
        self._watch = ClockWatch(clock, connection, say)
        self._notices = Notices(say)
        self._intake = Intake(clock)
        self._chores = Chores(store_path(), clock)
        self._workers = Workers(self._folder, node.name, clock)
        self._workers.start()
        self._recovery = self._new_recovery(outlook.look(connection, 0).grace)

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs and nothing that is due can begin."""
        open_ends = self._intake.live or self._intake.has_news or self._is_stale or not self._recovery.is_over
        open_ends = open_ends or self._notices.has_more or self._templates.has_more or self._triggers.has_more
        open_ends = open_ends or is_owed(self._connection, self._due)
        open_ends = open_ends or self._deliveries.is_busy or self._deliveries.has_more
        could_begin = self._outlook.waits and self._is_claimable
        return not (self._watch.is_held or open_ends or could_begin or self._fires(self._due))

    @property
    def running(self) -> int:
        """How many runs are at work."""
        return len(self._intake.live)

    def look_again(self) -> None:
        """Somebody says that the store has changed."""
        self._is_stale = self._is_claimable = True

    def descriptors(self) -> tuple[int, ...]:
        """What to wait on beside the bell."""
        descriptor = self._workers.fileno()
        own = (descriptor,) if descriptor >= 0 and self._clock.monotonic() >= self._listen_at else ()
        return (*own, *self._deliveries.descriptors())

    def work(self, now: int, trouble: str) -> int:
        """One pass; the moment at which to look again at the latest."""
        due = self._due = now if self._until is None else min(now, self._until)
        self._watch.look(now)
        trouble = trouble or self._watch.doubt
        self._hear()
        is_changed = self._refresh(now, due)
        if not self._watch.is_held:
            self._templates.look(self._connection, due, is_changed=is_changed)
            self._triggers.look(self._connection, due)
            if self._triggers.has_acted:
                self.look_again()
            if not self._triggers.has_more:
                self._dates.look(self._connection, due, self._outlook.today)
            if self._workflows.look(self._connection, due):
                self.look_again()
                self._outlook = outlook.look(self._connection, due)
            trouble = trouble or self._templates.words or self._triggers.words
        plan = self._plan(now, due)
        if not plan.is_empty or self._intake.has_news or self._node.is_due(now, NodeState.ACTIVE, trouble):
            done = self._write(plan, trouble)
            self._committed(plan, done)
            self._workflows.has_more = self._workflows.has_more or bool(done.over)
            if not plan.is_empty or done.over:
                outlook.after_own(self._connection, self._outlook, due)
        if not self._watch.is_held:
            self._notices.look(self._connection, due, self._outlook.today)
            self._deliveries.look(self._connection, due)
            self._triggers.look_ahead(self._connection, due)
        if self._clock.monotonic() >= self._chores_at:
            self._chores_at = self._clock.monotonic() + _CHORES_SECONDS
            if not self._intake.live:
                self._workers.rest()
            if not self._watch.is_held:
                self._chores.run(is_idle=not self._intake.live)
        self._watch.completed()
        return self._next(now, due)

    def drain(self, seconds: float) -> None:
        """Stop what runs and store how it ended; messages on their way have a moment to arrive."""
        self._deliveries.drain(self._connection, self._clock.now(), min(2.0, seconds / 2))
        self._intake.hear(self._workers.close(max(0.0, seconds - 1)))
        with Turn(self._connection) as connection:
            over = self._intake.store(connection)
        self._intake.settled()
        self._workers.tidy(over)
        if not self._intake.live:
            self._workers.discard()

    def close(self) -> None:
        """Let the supervisor stop what runs; what becomes of it is for the next engine to find."""
        self._chores.close()
        self._deliveries.close()
        self._workers.close(0)

    def _new_recovery(self, grace: int) -> Recovery:
        return Recovery(self._folder, self._clock, self._node.boot, grace)

    def _hear(self) -> None:
        """Not while something that was heard is not stored: listening on says that it is."""
        if self._intake.has_news or self._clock.monotonic() < self._listen_at:
            return
        events: list[Event] = self._workers.hear()
        if not self._intake.hear(events) and events and not self._outlook.waits:
            size = sum(len(event.text) for event in events if isinstance(event, Output))
            if size < TRICKLE:
                self._listen_at = self._clock.monotonic() + HUSH_SECONDS
        if self._intake.has_ends:
            self._is_claimable = True

    def _refresh(self, now: int, due: int) -> bool:
        """Look at the store if anybody has changed it, or if a run has become available meanwhile.

        Whether somebody else has changed it since the last pass.
        """
        version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        is_changed = bool(version != self._data_version)
        if is_changed:
            self._data_version = version
            self.look_again()
        if self._outlook.next_run is not None and self._outlook.next_run <= due:
            self.look_again()
        if self._is_stale or not self._outlook.is_of_day(due):
            self._outlook = outlook.look(self._connection, due)
        self._is_stale = False
        if not 0 <= now - self._expiry_seen < SECOND:
            self._expiry_seen = now
            self._expiry = claims.first_expiry(self._connection) if self._outlook.waits else None
        return is_changed

    def _plan(self, now: int, due: int) -> Plan:
        plan = Plan(now, due)
        if self._recovery.is_due():
            plan.estate = self._recovery.look(self._workers.name)
        for wish in self._outlook.wishes:
            self._heed(plan, wish)
        plan.boot = self._new_boot()
        plan.fires = self._fires(due)
        plan.expires = self._expiry is not None and self._expiry <= now and not self._watch.is_held
        makes_runs = plan.fires or plan.estate is not None
        self._is_claimable = self._is_claimable or makes_runs
        wants = self._is_claimable and not self._watch.is_held and (self._outlook.waits or makes_runs)
        plan.claims = wants and self._workers.is_ready()
        return plan

    def _fires(self, due: int) -> bool:
        """Whether an occurrence is due, and the last try to fire it did not come to nothing."""
        if self._watch.is_held:
            return False
        next_fire = self._outlook.next_fire
        return next_fire is not None and next_fire <= due and self._clock.monotonic() >= self._fire_at

    def _new_boot(self) -> Boot | None:
        """The start of the machine, if it is to be written down; not by a clock that is not believed."""
        if self._boot is not None and not self._watch.is_held and boots.is_known(self._connection, self._boot):
            self._boot = None
        return None if self._watch.is_held else self._boot

    def _heed(self, plan: Plan, wish: Wish) -> None:
        """Somebody wants a run to end."""
        if wish.state == RunState.PENDING:
            plan.dropped.append(wish)
            return
        run = self._intake.live.get(wish.key)
        if run is not None and run.asked < wish.level:
            run.asked = wish.level
            how = "to be killed" if wish.level > 1 else "to stop"
            self._intake.say(run, f"asked {how} by {wish.who}", WARNING)
            self._workers.stop(wish.key, kill=wish.level > 1)

    def _write(self, plan: Plan, trouble: str) -> Done:
        done = Done()
        with Turn(self._connection) as connection:
            if self._is_new:
                done.former = self._node.succeed(connection)
            if plan.estate is not None:
                self._recovery.settle(connection, plan.estate, set(self._intake.live))
            done.over = self._intake.store(connection)
            crash.point("taken")
            if plan.boot is not None:
                boots.witness(connection, plan.boot, os.uname().nodename, plan.now)
            if plan.fires:
                result = firing.fire_due(connection, plan.due, gap=self._watch.gap)
                done.is_stuck = not result.fired and result.next_at == self._outlook.next_fire
                crash.point("fired")
            for wish in plan.dropped:
                drop(connection, wish, plan.now)
            if plan.expires:
                claims.expire(connection, plan.now)
            if plan.claims:
                done.claims = self._claim(connection, plan)
                crash.point("claimed")
            if self._node.is_due(plan.now, NodeState.ACTIVE, trouble):
                self._node.say(connection, plan.now, NodeState.ACTIVE, trouble)
        return done

    def _claim(self, connection: Connection, plan: Plan) -> Claims:
        found = claims.claim(connection, self._node.name, plan.now, plan.due, self._outlook.places)
        if found.makes_wait or self._is_held:
            claims.mark_waiting(connection, plan.due, found)
        return found

    def _committed(self, plan: Plan, done: Done) -> None:
        """What may follow only now that the store has it."""
        self._intake.settled()
        self._workers.tidy(done.over)
        for key in self._intake.zombies:
            self._workers.stop(key, kill=True)
        if plan.estate is not None:
            self._recovery.forget(plan.estate)
            crash.point("recovered")
        if done.claims.taken:
            self._intake.add(claim.run for claim in done.claims.taken)
            crash.point("committed")
            settings = self._outlook
            self._intake.hear(self._workers.submit(done.claims.taken, settings.cap, settings.grace))
            crash.point("submitted")
        if plan.expires:
            self._expiry_seen = 0
        if plan.claims:
            self._is_claimable = done.claims.refused >= claims.REFUSALS
            self._is_held = done.claims.makes_wait
        if done.is_stuck:
            self._fire_at = self._clock.monotonic() + _STUCK_SECONDS
        self._introduce(done)
        if self._intake.lost:
            self._replace_supervisor()

    def _introduce(self, done: Done) -> None:
        if self._is_new:
            self._is_new = False
            for pid in done.former:
                self._say(f"took over from pid {pid}, which ended without saying so")
            self._say(f"active: pid {os.getpid()} fires for {store_path()}")
        if self._recovery.settled:
            self._say(f"{self._recovery.settled} runs of a dead engine were settled")
            self._recovery.settled = 0

    def _replace_supervisor(self) -> None:
        """Its jobs are orphans now, settled by what its journal says; another one takes the next jobs."""
        self._say(f"the supervisor died, its runs are looked after ({self._intake.last_words or 'without a word'})")
        self._intake.abandon()
        self._workers.lost()
        self._recovery = self._new_recovery(self._outlook.grace)
        self._is_stale = True

    def _next(self, now: int, due: int) -> int:
        has_more = self._notices.has_more or self._templates.has_more or self._triggers.has_more
        has_more = has_more or self._deliveries.has_more or self._workflows.has_more
        if has_more or self._is_stale or self._intake.has_news or self._fires(due):
            return now
        if self._watch.is_held:
            return now + SECOND
        is_stuck = self._clock.monotonic() < self._fire_at
        next_fire = now + round(_STUCK_SECONDS * SECOND) if is_stuck else self._outlook.next_fire
        waits = [self._node.next_at()]
        if self._until is None:
            ahead = (
                next_fire, self._outlook.next_run, self._expiry, self._outlook.midnight, self._notices.next_at,
                self._templates.next_at, self._triggers.next_at, self._workflows.next_at, self._deliveries.next_at,
            )  # fmt: skip
            waits += [at for at in ahead if at is not None]
        if not self._recovery.is_over:
            waits.append(now + round(AGAIN_SECONDS * SECOND))
        if self._outlook.waits and self._is_claimable:
            waits.append(now + round(READY_SECONDS * SECOND))
        if self._clock.monotonic() < self._listen_at:
            waits.append(now + round(HUSH_SECONDS * SECOND))
        return max(now, min(waits))
