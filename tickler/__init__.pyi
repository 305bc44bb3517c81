from engine.jobs.authors import Param as Param
from engine.jobs.authors import controller as controller
from engine.jobs.context import Cancelled as Cancelled
from engine.jobs.context import Context as Context
