# %% [markdown]
# # A first plan
# A works that makes cable adds a line. The plan is a dict here; a YAML file has the same keys.

# %%
import fibercap as fc

plan = fc.read(
    {
        "fibercap": 1,
        "id": "cable",
        "title": "A second line for cable",
        "horizon": {"from": 2001, "to": 2005},
        "money": {"report_in": "USD", "discount_rate": "12 %/year"},
        "products": {"cable": {"price": {2001: "52 USD/km", "growth": "-2 %/year"}, "demand": "90_000 km/year"}},
        "plants": {"works": {"product": "cable", "capacity": "60_000 km/year", "cash_cost": "28 USD/km"}},
        "projects": {
            "line": {
                "plant": "works",
                "adds": "25_000 km/year",
                "capex": "1.6 million USD",
                "complete": "2001-12-31",
                "ramp": {"linear": "6 months"},
            }
        },
        "loans": {
            "bank": {"commitment": "1 million USD", "signed": "2001-01-15", "matures": "4 years", "rate": "8 %/year"}
        },
        "funding": {"line": {"bank": "1 million USD", "equity": "rest"}},
        "tax": {"rate": "30 %"},
        "opening": {"cash": "0.4 million USD"},
    }
)
plan

# %%
projection = fc.project(plan)
projection

# %% [markdown]
# Rows are pint Quantities; a frame has all of them.

# %%
print(projection["plants.works.effective_capacity"].to("km/month")[0, -1])
print(projection.to_frame(by="year").loc["accounts.cash"].round())

# %% [markdown]
# A chart of one's own: the plan's capacity, and beside it any row.

# %%
from matplotlib.figure import Figure

figure = Figure(figsize=(10, 4), layout="constrained")
left, right = figure.subplots(1, 2)
fc.plot(projection, "capacity", ax=left)
fc.plot(projection, "accounts.cash", ax=right)
figure.savefig("first-plan.png")

# %% [markdown]
# Where does a number come from, and which price is just enough?

# %%
print(fc.explain(projection, "accounts.ebitda", "2003"))
print(fc.solve(plan, "project_npv", 0.0, "products.cable.price"))
