"""Desk files for tests."""

from __future__ import annotations

STAYS = """\
# A small holiday centre.
[[entity_class]]
name = "stay"
statuses = ["quote", "option", "confirmed", "validated", "checked_in", "terminated", "cancelled"]
date_fields = ["date_from", "date_to"]

[[team]]
name = "North"

[[user]]
name = "ana"
full_name = "Ana Peeters"
login = "apeeters"
team = "North"
zone = "Europe/Brussels"

[[task_event]]
name = "max. 1 month before stay"
object_class = "stay"
event_type = "date_field"
entity_date_field = "date_from"
offset = -30

[[task_event]]
name = "15 days after confirmation"
object_class = "stay"
entity_status = "confirmed"
offset = "15d"

[[task_model]]
name = "Collect allergy info"
object_class = "stay"
tasks_group_name = "Preparation"
trigger_event = "confirmed"
deadline_event = "max. 1 month before stay"
kind = "actionable"
team = "North"

[[task_model]]
name = "Draft schedule"
description = \"\"\"
Who sleeps where,
[[team]] and who eats what.\"\"\"
object_class = "stay"
trigger_event = "15 days after confirmation"

[[entity]]
object_class = "stay"
object_id = 12
name = "Lakeside School"
status = "confirmed"
team = "North"
dates = { date_from = 2025-07-14, date_to = "2025-07-18" }
attributes = { phone = "+32 2 123" }

[[entity]]
object_class = "stay"
object_id = "13"
date_from = 2025-08-04

[[schedule]]
name = "nightly backup"
spec = "cron: 30 2 * * *"
zone = "Europe/Brussels"
controller = "shell"
params = { command = "backup.sh --all" }
timeout = "1h"
max_retries = 2
missed = "run_once"
overlap = "skip"
is_exclusive = false

[[schedule]]
name = "monthly report"
moment = 2025-06-30T10:00:00
repeat_axis = "month"
repeat_step = 1
zone = "Europe/Brussels"
params = { command = "report.sh", env = { MODE = "all" } }
excluded_dates = [2025-12-31]
is_enabled = false
"""
