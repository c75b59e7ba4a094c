"""What settlement hears: who the organisations are, what is offered, and which lessons were given."""

from chassis.inbox import Consumer
from contracts.catalog import OfferChanged, OfferClosed, OfferPublished
from contracts.center import OrganizationChanged, OrganizationRegistered
from contracts.enrollment import LessonDelivered
from settlement.operations.accrual import accrue_lesson
from settlement.operations.copies import keep_offers, keep_organizations

organizations = Consumer("settlement-center", "center")
organizations.state(OrganizationRegistered, OrganizationChanged)(keep_organizations)

offers = Consumer("settlement-catalog", "catalog")
offers.state(OfferPublished, OfferChanged, OfferClosed)(keep_offers)

lessons = Consumer("settlement-enrollment", "enrollment")
lessons.effect(LessonDelivered)(accrue_lesson)
