"""The words of the verdict, on the first page and after inputs are moved; `{}` stands for names and amounts."""

from __future__ import annotations

from typing import Final

LEADS: Final = {
    "fails": "“{}” fails as it is planned.",
    "holds": "“{}” holds: covenants, cash and funding.",
    "none": "No option is recommended.",
    "tie": "{} tie: either may be taken.",
    "only": "{} is the only option, and it holds.",
    "only_worse": "{} is the only option, and it holds, but doing nothing new is worth more.",
    "take": "Take {}.",
    "take_worse": "Take {}, if anything: doing nothing new is worth more.",
    "take_owners_lose": "Take {}, if the company is to go on at all.",
    "take_first_later": "Take {}, but not for what falls due after the horizon.",
    "take_close": "Take {}, but it is close.",
}
"""The first sentence."""
FINDINGS: Final = {
    "covenant_broken": "{loan} breaks “{says}”{when}",
    "cash_below_zero": "cash{later} falls below zero{when} and is {lowest} at the lowest",
    "uses_unfunded": "{amount} of {name} have no source",
    "claim_not_as_expected": "the claim “{says}” is not as expected",
}
"""What is wrong, by the kind of the finding."""
LATER: Final = " after the horizon"
