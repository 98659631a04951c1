# %% [markdown]
# # A bank's schedule
# Fleet sends its own table for the loan of January 2001. Is it the loan as agreed?

# %%
import pandas as pd

import fibercap as fc

loan = fc.read("fibercore").loans["fleet"]
bank = pd.DataFrame(
    {
        "due": ["2001-04-08", "2001-07-08", "2001-10-08"],
        "interest": [212_500.00, 203_862.53, 195_041.51],
        "principal": [406_469.21, 415_106.68, 423_927.70],
        "owed": [9_593_530.79, 9_178_424.11, 8_754_496.41],
    }
)

# %%
agreement = fc.against(loan, bank)
print(agreement.verdict, agreement.conventions[0].changes)

# %% [markdown]
# With another rate, it says from which line on the two differ, and with which rate the table would be consistent.

# %%
dearer = fc.read("fibercore", settings=["loans.fleet.rate=8.75 %/year"]).loans["fleet"]
apart = fc.against(dearer, bank)
print(apart.verdict, apart.difference, apart.rate)
