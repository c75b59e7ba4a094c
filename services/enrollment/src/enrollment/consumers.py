"""What enrollment hears: organisations, pupils and tutors of center, offers of catalog."""

from chassis.inbox import Consumer
from contracts.catalog import OfferChanged, OfferClosed, OfferPublished
from contracts.center import OrganizationChanged, OrganizationRegistered, PupilRegistered, TutorAssigned
from enrollment.operations.copies import keep_offers, keep_organizations, keep_pupils, keep_tutors

center = Consumer("enrollment-center", "center")
center.state(OrganizationRegistered, OrganizationChanged)(keep_organizations)
center.state(PupilRegistered)(keep_pupils)
center.state(TutorAssigned)(keep_tutors)

catalog = Consumer("enrollment-catalog", "catalog")
catalog.state(OfferPublished, OfferChanged, OfferClosed)(keep_offers)
