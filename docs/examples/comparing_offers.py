# %% [markdown]
# # Comparing offers
# The plan of January 2001 has six ways to pay for it. Which one, how surely, and how large may the loan be?

# %%
import fibercap as fc

scenario = fc.read("fibercore")
comparison = fc.compare(scenario)
comparison

# %%
table = fc.table(comparison)
print(table.loc[["equity_npv", "equity_irr", "min_dscr"]].to_string(float_format="{:,.3f}".format))

# %%
answer = fc.verdict(comparison)
print(answer)

# %% [markdown]
# The largest loan of Fleet that keeps a cover of 1.3 and pays for at most 70 % of the uses.

# %%
print(fc.size(scenario, "fleet", {"min_dscr": 1.3, "gearing": 0.7}))

# %% [markdown]
# An offer of one's own is an option laid over the plan.

# %%
cheaper = fc.read("fibercore", settings=["loans.fleet.rate=7.9 %/year", "loans.fleet.fees.upfront=1 %"])
before, after = (fc.project(each).measures["equity_npv"].value for each in (scenario, cheaper))
print(f"Worth to the owners: {after - before:+,.0f} USD")
