"""Approval: where policy asks for it, a person says yes to the plan before anything of it is begun."""

from flows.model import ON_THE_WAY, Effect
from flows.walk import Walk

BEFORE_THE_PLAN = {Effect.UPDATE, *ON_THE_WAY}
"""Effects that come before there is a plan: without them the account could not be read."""


def have_plan_approved(walk: Walk) -> str:
    """Clause 5 is the last step before the first effect of the plan. Raises NotYetApproved.

    "already": nothing is needed, or an effect of the plan may have taken place, which was approved then: what is half
    done is finished. "left out": policy does not ask, or the plan can't be carried out, as the next step will say.
    """
    plan = walk.plan
    if plan is None or plan.blocked:
        return "left out"
    if not any(effect.needed for effect in plan.effects) or _begun(walk):
        return "already"
    return "done" if walk.session.approve(plan) else "left out"


def _begun(walk: Walk) -> bool:
    ours = [intent for intent in walk.journal.intents() if intent.effect not in BEFORE_THE_PLAN]
    return any(intent.outcome != "not_done" for intent in ours)
