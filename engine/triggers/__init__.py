"""Triggers: what happens is followed through the journal, what is to come of it waits as pending actions.

`following.settle` runs at the end of every act, `look.TriggerLook` in every pass of the engine.
"""
