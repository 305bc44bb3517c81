"""Frozen values with slots, as `dataclass(frozen=True, slots=True)` makes them, at a tenth of the price.

dataclasses compiles six functions for every class while its module is imported, and the desk needs a hundred
such classes before its first paint: half of what it costs above bare Textual. Here five functions are shared,
and the constructor is compiled when the first value is made.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def value(cls: type[T]) -> type[T]:
    """The class with its annotated fields in slots: no value changes, and two with equal fields are equal.

    `dataclasses.fields` and `replace` work on it, and a value class may be the base of another. Defaults are
    plain values, shared by all: a `field()` is refused.
    """
    own = tuple(vars(cls).get("__annotations__", ()))
    space = {key: item for key, item in vars(cls).items() if key not in ("__dict__", "__weakref__")}
    defaults = {**getattr(cls, "_defaults", {}), **{name: space.pop(name) for name in own if name in space}}
    if any(isinstance(default, dataclasses.Field) for default in defaults.values()):
        raise TypeError(f"{cls.__name__}: the defaults of a value are plain values")
    names = (*getattr(cls, "__match_args__", ()), *own)
    space = {**_SHARED, **space, "__slots__": own, "__match_args__": names, "_defaults": defaults}
    space |= {"_key": attrgetter(*names) if names else staticmethod(lambda self: ()), "__dataclass_fields__": _Fields()}
    made: Any = None

    def first(self: Any, *args: Any, **params: Any) -> None:
        made.__init__ = _constructor(names, defaults)
        self.__init__(*args, **params)

    make: Any = type(cls)
    made = make(cls.__name__, cls.__bases__, {**space, "__init__": first, "__qualname__": cls.__qualname__})
    found: type[T] = made
    return found


def _constructor(names: tuple[str, ...], defaults: dict[str, Any]) -> Any:
    """`__init__` with these parameters; the only text in it is the names of the fields."""
    space: dict[str, Any] = {"_known": defaults, "_set": object.__setattr__}
    words = ", ".join(f"{name}=_known[{name!r}]" if name in defaults else name for name in names)
    body = "; ".join(f"_set(self, {name!r}, {name})" for name in names) or "pass"
    exec(f"def __init__(self, {words}): {body}", space)
    return space["__init__"]


def _refuse_set(self: Any, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_delete(self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _equal(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return self._key(self) == self._key(other)


def _hashed(self: Any) -> int:
    return hash(self._key(self))


def _shown(self: Any) -> str:
    fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
    return f"{type(self).__qualname__}({fields})"


def _copied(self: Any) -> Any:
    return type(self), tuple(getattr(self, name) for name in self.__match_args__)


_SHARED = {
    "__setattr__": _refuse_set,
    "__delattr__": _refuse_delete,
    "__eq__": _equal,
    "__hash__": _hashed,
    "__repr__": _shown,
    "__reduce__": _copied,
}


class _Fields:
    """What `dataclasses.fields`, `replace` and `is_dataclass` look for, made when one of them first asks."""

    def __get__(self, _: object, cls: Any) -> dict[str, Any]:
        types = {
            key: kind for base in reversed(cls.__mro__) for key, kind in vars(base).get("__annotations__", {}).items()
        }
        rows = [
            (name, types[name], _field(cls._defaults.get(name, dataclasses.MISSING))) for name in cls.__match_args__
        ]
        words = {"__doc__": cls.__doc__ or ""}  # without any, dataclasses would work out a signature
        plain: Any = dataclasses.make_dataclass(cls.__name__, rows, namespace=words, init=False, repr=False, eq=False)
        cls.__dataclass_fields__ = plain.__dataclass_fields__
        found: dict[str, Any] = cls.__dataclass_fields__
        return found


def _field(default: Any) -> Any:
    """A field with a default that nobody changes; dataclasses would refuse an empty mapping as one."""
    if getattr(type(default), "__hash__", None) is None:
        return dataclasses.field(default_factory=lambda: default)
    return dataclasses.field(default=default)
