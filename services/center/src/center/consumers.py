"""What center hears: from enrollment what the headline figure and the wishes are computed from."""

from center.operations.facts import keep_approvals, keep_network_studies, keep_wishes
from chassis.inbox import Consumer
from contracts.enrollment import LessonDelivered, PlanApproved, WishExpressed

enrollment = Consumer("center-enrollment", "enrollment")
enrollment.state(PlanApproved)(keep_approvals)
enrollment.state(LessonDelivered)(keep_network_studies)
enrollment.state(WishExpressed)(keep_wishes)
