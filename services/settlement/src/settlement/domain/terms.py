"""What a tariff says: four kinds of terms, each with its unit and its unrounded price, a `Fraction` of kopecks."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import prod
from typing import Literal

from chassis.errors import DomainError, FieldError


class TariffInvalid(DomainError):
    """Тариф задан неверно."""

    code = "settlement.tariff_invalid"


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A correcting coefficient K (поправочный коэффициент); `northern` marks the allowances of the Far North."""

    name: str
    value: Decimal
    northern: bool = False


@dataclass(frozen=True, slots=True)
class PupilHourTerms:
    """Price of one pupil's hour, P = N·d·ΠK / H: norm a year, share of it that follows the pupil, hours a year.

    H is 1156 (34 h a week) or 1258 (37 h). The okrug's norms already hold the northern allowances, so a northern
    coefficient beside `norm_includes_northern` is refused: it would be paid twice.
    """

    norm_kopecks: int
    share: Decimal
    hours_a_year: int
    coefficients: tuple[Coefficient, ...] = ()
    norm_includes_northern: bool = True
    kind: Literal["pupil_hour"] = "pupil_hour"
    unit = "человеко-час"

    def __post_init__(self) -> None:
        errors: list[FieldError] = []
        if self.norm_kopecks <= 0:
            errors.append(FieldError("norm_kopecks", "Норматив должен быть больше нуля.", "Укажите годовой норматив."))
        if not 0 < self.share <= 1:
            errors.append(FieldError("share", "Доля должна быть больше 0 и не больше 1.", "Например, 0,85."))
        if self.hours_a_year <= 0:
            errors.append(FieldError("hours_a_year", "Часов в году должно быть больше нуля.", "1156 или 1258."))
        for index, coefficient in enumerate(self.coefficients):
            path = f"coefficients[{index}]"
            if coefficient.value <= 0:
                errors.append(FieldError(path, "Коэффициент должен быть больше нуля.", "Исправьте или удалите его."))
            if coefficient.northern and self.norm_includes_northern:
                errors.append(
                    FieldError(path, "Норматив уже содержит северные надбавки.", "Удалите северный коэффициент.")
                )
        _refuse(errors)

    @property
    def price(self) -> Fraction:
        """Kopecks for one accepted hour of one pupil, unrounded."""
        factor = prod((Fraction(c.value) for c in self.coefficients), start=Fraction(self.share))
        return self.norm_kopecks * factor / self.hours_a_year


@dataclass(frozen=True, slots=True)
class GroupHourTerms:
    """Price of one hour of the whole group: teacher's hour × payroll factor (1.302: страховые взносы) + other costs."""

    teacher_hour_kopecks: int
    payroll_factor: Decimal
    costs_kopecks: int = 0
    kind: Literal["group_hour"] = "group_hour"
    unit = "час группы"

    def __post_init__(self) -> None:
        errors: list[FieldError] = []
        if self.teacher_hour_kopecks <= 0:
            errors.append(
                FieldError("teacher_hour_kopecks", "Час педагога должен стоить больше нуля.", "Укажите ставку.")
            )
        if self.payroll_factor < 1:
            errors.append(FieldError("payroll_factor", "Множитель начислений не меньше 1.", "Например, 1,302."))
        if self.costs_kopecks < 0:
            errors.append(FieldError("costs_kopecks", "Затраты не бывают отрицательными.", "Укажите 0 или больше."))
        _refuse(errors)

    @property
    def price(self) -> Fraction:
        """Kopecks for one hour of the group, unrounded, before it is split among the payers."""
        return self.teacher_hour_kopecks * Fraction(self.payroll_factor) + self.costs_kopecks


@dataclass(frozen=True, slots=True)
class FixedTerms:
    """A fixed sum of the contract, earned evenly over its planned (accepted pupil-)hours and never exceeded."""

    sum_kopecks: int
    planned_hours: Decimal
    kind: Literal["fixed"] = "fixed"
    unit = "час"

    def __post_init__(self) -> None:
        errors: list[FieldError] = []
        if self.sum_kopecks <= 0:
            errors.append(FieldError("sum_kopecks", "Сумма должна быть больше нуля.", "Или выберите «безвозмездно»."))
        if self.planned_hours <= 0:
            errors.append(
                FieldError("planned_hours", "Плановых часов должно быть больше нуля.", "Возьмите из договора.")
            )
        _refuse(errors)

    @property
    def price(self) -> Fraction:
        """Kopecks for one planned hour, unrounded."""
        return self.sum_kopecks / Fraction(self.planned_hours)


@dataclass(frozen=True, slots=True)
class FreeTerms:
    """Free of charge (безвозмездно): the hours are recorded and acted all the same, at nought."""

    kind: Literal["free"] = "free"
    unit = "человеко-час"

    @property
    def price(self) -> Fraction:
        """Nought."""
        return Fraction(0)


Terms = PupilHourTerms | GroupHourTerms | FixedTerms | FreeTerms


def _refuse(errors: list[FieldError]) -> None:
    if errors:
        raise TariffInvalid("Тариф задан неверно: " + " ".join(error.message for error in errors), errors=tuple(errors))
