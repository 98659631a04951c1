# %% [markdown]
# # Chances
# How sure is the plan of January 2001? Its inputs have distributions from sources of the time.

# %%
import numpy as np

import fibercap as fc

uncertain = fc.read("fibercore_uncertain")
simulation = fc.simulate(uncertain, samples=256)
simulation

# %%
case = next(iter(simulation.cases.values()))
worth = case.measure("equity_npv")
print(f"Worth to the owners: P5 {np.quantile(worth, 0.05):,.0f}, P50 {np.quantile(worth, 0.5):,.0f} USD")

# %% [markdown]
# Any sample can be projected again in full, by its number.

# %%
worst = int(np.argmin(worth))
print(simulation.sample(worst, next(iter(simulation.cases))))

# %% [markdown]
# Without distributions: samples of some inputs, as arrays.

# %%
factors = np.linspace(0.8, 1.2, 5)
results = fc.evaluate(fc.read("fibercore"), {"products.single_mode.price": {"times": factors}}, keep=["project_npv"])
print({f"{factor:.0%}": f"{npv:,.0f}" for factor, npv in zip(factors, results["project_npv"], strict=True)})
