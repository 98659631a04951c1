"""How samples are shown where a text or a message quotes them."""

from __future__ import annotations

import numpy as np

from fibercap.core.trees.tree import Leaf, subtree
from fibercap.core.units import Samples
from fibercap.reading.files import read


def test_samples_are_shown_without_their_amounts() -> None:
    assert repr(Samples(np.ones((4096, 1)), "USD/km")) == "<4,096 samples in USD/km>"
    assert repr(Samples(np.ones((2, 1)), "")) == "<2 samples>"


def test_what_changed_an_input_names_the_samples_and_not_each_of_them() -> None:
    prices = Samples(np.linspace(0.9, 1.1, 1000)[:, None], "")
    plan = read("fibercore").with_samples({"products.multimode.price": {"times": prices}})
    price = subtree(plan.tree, ("products", "multimode", "price"))
    assert isinstance(price, Leaf)
    assert price.origins[-1].operator == "times: <1,000 samples>"
