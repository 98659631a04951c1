"""Every kind of problem an input can have: its code, what it means, what to do. Messages and docs/errors.md use it."""

from __future__ import annotations

from typing import Final

from fibercap.core.problems.kind_of_problem import Kind
from fibercap.core.problems.loan_problem_codes import FUNDING, LOANS
from fibercap.core.problems.uncertain_problem_codes import UNCERTAIN

READING: Final = {
    "no_such_file": Kind(
        "No file or shipped scenario has that name, or no file of a series has.",
        "Take the name that is proposed, or correct the path.",
    ),
    "unreadable": Kind("The file is there but cannot be read.", "Look at its permissions."),
    "not_utf8": Kind(
        "The file is not UTF-8 text.", "Save it as UTF-8; spreadsheets and old editors write other encodings."
    ),
    "not_text": Kind("The file holds a character that no text has.", "Remove the character that the message names."),
    "empty": Kind("There is nothing where something must stand.", "Write a value, or remove the key."),
    "not_yaml": Kind(
        "The text does not follow YAML.",
        "Correct indentation, quotes or brackets at the place shown; a text that holds `: ` or ` #` needs quotes.",
    ),
    "too_large": Kind(
        "The text is longer or deeper than any plan, or grows so when aliases are followed.",
        "Write less, or less deep.",
    ),
    "not_csv": Kind(
        "The file of a series is not CSV with commas between its cells.",
        "Correct quotes at the place shown, or save it as CSV again.",
    ),
    "no_such_column": Kind(
        "The file of a series has no column of that name; its first line has the names.",
        "Take the name that is proposed, or name the column in the file.",
    ),
    "duplicate_key": Kind("One key stands twice in a block.", "Keep one; the message names both places."),
    "null": Kind("A key has no value.", "Write one, or remove the key."),
    "tag": Kind(
        "YAML's tags, such as `!!float`, are not used here.", "Remove the tag; every value is typed by its key."
    ),
    "merge_key": Kind(
        "YAML's merge key `<<` is not used here.", "Use `like: name`, which copies an entry field by field."
    ),
    "key": Kind("A key is a block or a list.", "Write a plain name."),
    "list": Kind(
        "A list stands where a block or a value is due.",
        "Give each entry a name; only `remove`, `gap` and `extends` are lists.",
    ),
    "comma_in_number": Kind(
        "A comma stands in a number; YAML then reads a second key, and a CSV file one more cell.",
        "Write a point before decimals, `_` between thousands.",
    ),
    "comma_in_text": Kind(
        "A comma stands in a text inside `{ }`; YAML then reads a second key.", "Write the text in quotes."
    ),
    "newer": Kind("The scenario is of a format that this version does not know.", "Install a newer fibercap."),
    "only_loans": Kind(
        "The file holds loans and no plan.", "Use `fibercap loan`, or add horizon, money, products and plants."
    ),
}
LAYING: Final = {
    "circle": Kind(
        "Files extend one another, or entries are `like` one another, in a circle.",
        "Remove one link of the chain shown.",
    ),
    "outside": Kind(
        "`extends`, or the `file` of a series, leads out of the folder of the scenario, by `..` or a link.",
        "Move the file inside, or give `--allow-outside`.",
    ),
    "conflict": Kind("Two parents set one value differently.", "Set it in the file that extends both."),
    "no_such_path": Kind(
        "`change`, `remove` or `--set` names a path that does not exist.",
        "Take the name that is proposed; what is new goes under `add`.",
    ),
    "set_twice": Kind(
        "One overlay sets an input twice: in two notations, under `change` and `add`, or as a block and inside it.",
        "Keep one; the message names both places.",
    ),
    "exists": Kind("`add` names a path that exists already.", "Use `change` to alter it."),
    "still_used": Kind(
        "`remove` takes away what something else refers to.", "Remove or change what refers to it in the same file."
    ),
    "unknown_like": Kind("`like` names an entry that is not in the same block.", "Take the name that is proposed."),
    "no_operand": Kind(
        "`times`, `plus` or `delay` has nothing to change, or a whole block of several inputs.",
        "Write the value itself, or name one input.",
    ),
    "bad_operator": Kind(
        "An operator does not fit the value, or its operand is not a number, amount or duration.",
        "Write it as the message shows.",
    ),
    "not_a_setting": Kind(
        "`--set` is not of the form path=value.", "Write it like `--set loans.fleet.rate='9 %/year'`."
    ),
    "not_in_a_dict": Kind(
        "A dict that is given as a scenario holds an object that no file could hold.",
        "Write it as a text, like `3 MUSD`.",
    ),
    "not_a_list": Kind("A list of names is due.", "Write it like `[one, two]`."),
}
VALUES: Final = {
    "unknown_key": Kind(
        "A key is not known at this place.", "Take the one that is proposed, or look it up in the reference."
    ),
    "missing": Kind("A key that must be there is not.", "Add it."),
    "not_a_block": Kind("One value stands where a block of keys is due.", "Write the keys, as the message shows."),
    "not_a_scalar": Kind("A block or list stands where one value is due.", "Write one value."),
    "bare_number": Kind("A number has no unit.", "Add the unit; every amount, rate, share and duration has one."),
    "unknown_unit": Kind(
        "A unit is not in the vocabulary.",
        "Use a currency's ISO 4217 code (`USD`, `kUSD`, `MUSD`), a unit of products (`km`, `tonne`, `piece`, or one "
        "under `units`), `day month quarter year`, `%` or `bp`, joined by `/`.",
    ),
    "no_unit_name": Kind(
        "A declared unit has the name of a currency or of a known unit, or one that is not letters alone.",
        "Give it another name, such as `coil`.",
    ),
    "wrong_dimension": Kind(
        "The unit measures something else than is asked for.",
        "Write it in the unit shown; `8.5 %/year` is a rate, `8.5 %` a share.",
    ),
    "double_scale": Kind("A number is scaled twice, as in `25 million MUSD`.", "Keep one of the two."),
    "not_a_number": Kind(
        "The number is not written as one: a currency sign, a comma, `nan`, arithmetic.",
        "Write digits, `_` between groups, a point before decimals.",
    ),
    "not_a_quantity": Kind(
        "The text is not one number and one unit.", "Write `NUMBER UNIT` with one blank between them."
    ),
    "out_of_range": Kind(
        "The value is outside what it may be.", "Write one within the bounds that the message names.", says_enough=True
    ),
    "unknown_word": Kind(
        "The word is not one of those known here.", "Take one of those that the message lists.", says_enough=True
    ),
    "not_a_date": Kind("The text is not a date.", "Write it like `2001-12-31`."),
    "no_such_date": Kind("The calendar has no such day, or no plan such a year.", "Correct year, month or day."),
    "not_a_period": Kind(
        "A key of a series is not a year, quarter or month.", "Write it like `2001`, `2001-Q3` or `2001-07`."
    ),
    "not_whole_months": Kind("A duration is not a whole number of months.", "Take one of the two that are proposed."),
    "same_key": Kind("Two keys of a block mean the same.", "Keep one of the two."),
    "same_start": Kind("Two keys of a series start at the same time.", "Keep one of the two."),
    "same_end": Kind("Two closing rates are those of the same day.", "Keep one of the two."),
    "in_place_of_block": Kind(
        "Samples of one number would replace a series over time, or another block of values.",
        "Move the series by `times` or `plus`, or sample one of its values.",
    ),
    "not_drawable": Kind(
        "Samples were given for an input that must be the same in all.",
        "Sample quantities, shares, ramps or delays; vary others one by one.",
    ),
    "wrong_shape": Kind("Samples are not an array of shape (samples, 1).", "Reshape them, such as by `[:, None]`."),
    "not_a_name": Kind(
        "A name holds characters that a path cannot, or too many.", "Use at most 64 letters, digits, `_` and `-`."
    ),
    "name_taken": Kind("A plant, project or loan has the name of another.", "Rename one of them."),
    "reserved_name": Kind(
        "A name means something of its own in `funding`.",
        "Take another; the message names it, docs/reference/scenario.md lists them all.",
    ),
    "unknown_source": Kind(
        "A source is not described under `sources`.", "Add it there, or take the one that is proposed."
    ),
    "unused": Kind("A key is given that nothing would read.", "Remove it, or give what would read it."),
    "takes_keys_alone": Kind(
        "`growth` beside a rate of interest, an index or a term of a loan; `interpolate` beside limits of a covenant.",
        "Write each value by its key; rates, indices and terms of loans may lie on lines, with `interpolate: linear`.",
    ),
    "late_path": Kind(
        "A series, or limits of a covenant, start after they are first needed.", "Add a value that starts earlier."
    ),
}
MONEY: Final = {
    "other_currency": Kind(
        "An amount is in a currency without an exchange rate.", "Give its rates under `exchange`, or convert it."
    ),
    "unknown_currency": Kind(
        "`exchange` names a currency that is not known, or the reporting one.", "Remove it, or name another."
    ),
    "wrong_currency": Kind(
        "A rate of exchange is for another currency than its key.", "Write it in the currency of its key."
    ),
    "mixed_currency": Kind(
        "Amounts that must be in one currency are in several.", "Write them in the one that is named."
    ),
}
PLAN: Final = {
    "ends_before_start": Kind("Something ends before it starts.", "Swap the two dates."),
    "too_long": Kind("The horizon is longer than any plan.", "Shorten it."),
    "not_aligned": Kind(
        "The horizon does not consist of whole periods.", "Start and end it where periods do, or take a shorter step."
    ),
    "two_payments": Kind(
        "A dividend is dated on the day of a payout.", "Remove the dividend, or move one of them to another day."
    ),
    "outside_horizon": Kind("A date lies outside the horizon.", "Change the date or the horizon."),
    "not_whole_periods": Kind(
        "A duration is not a whole number of the model's periods, or of years.",
        "Write a multiple, or take a shorter step.",
    ),
    "unknown_product": Kind(
        "A plant makes a product that is not described.", "Take the name that is proposed, or add the product."
    ),
    "unknown_plant": Kind(
        "A project stands at a plant that is not described.", "Take the name that is proposed, or add the plant."
    ),
    "closes_before_opens": Kind("A plant closes before it opens.", "Swap the two dates."),
    "closed_anyway": Kind("A closure has days on which its plant does not count.", "Change the closure, or the plant."),
    "closures_overlap": Kind("Two closures of a plant overlap.", "Make one of them; the message names both places."),
    "above_price": Kind("More working capital is bought than the price pays for.", "Lower it."),
    "spent_before_horizon": Kind("Capex is spent before the horizon.", "Start the horizon earlier, or spend later."),
    "spent_after_completion": Kind("Capex is spent after completion.", "Complete later, or spend earlier."),
    "shares_not_whole": Kind("Shares do not total 100 %.", "Change them so that they do; the message has the sum."),
    "one_kind": Kind("A ramp, a depreciation or a distribution names several kinds, or none.", "Keep one."),
    "mixed_units": Kind("A plant makes products of several units.", "Give each unit a plant of its own."),
    "no_units_made": Kind("It is not known what units the asset makes.", "Write them, or depreciate it by time."),
    "land_depreciated": Kind("Land has a depreciation, a life or a residual value.", "Remove one of the two."),
    "sold_too_early": Kind("An asset is sold before it is complete.", "Sell it later, or complete it earlier."),
    "cancelled_too_late": Kind("A project is cancelled when it is complete.", "Cancel it earlier, or sell it."),
    "cancelled_and_sold": Kind("A project is cancelled and sold.", "Keep one of the two."),
    "falling": Kind("A ramp falls.", "Let each share be at least the one before."),
    "not_all": Kind("A ramp does not end at 100 %, or shares of a loan do not total it.", "Change one of its shares."),
}
CLAIMS: Final = {
    "not_a_time": Kind("The text is not a time.", "Write `end of 2002`, `2002`, `2002-Q3`, `2002-06` or `in total`."),
    "one_subject": Kind("A claim or covenant is about a row and a measure, or about neither.", "Keep one of them."),
    "one_limit": Kind("A claim or covenant has several limits, or none.", "Keep one of them."),
    "time_of_measure": Kind("A claim about a measure names a time.", "Remove `when`; a measure has none."),
    "no_such_row": Kind("A claim, covenant, lock-up or ratio matches no row.", "Take the row that is proposed."),
    "no_such_measure": Kind("A claim or covenant matches no measure.", "Take the measure that is proposed."),
    "no_dates": Kind(
        "A lock-up, `test`, `from` or limit by period is on a measure.", "Name a row, which has a value on each date."
    ),
    "not_on_dates": Kind(
        "A covenant's row has no value on the dates that `test` names.", "Take the row that is proposed."
    ),
    "ratio_of_ratio": Kind("A ratio of the plan's own is made of another.", "Write the parts of the other one."),
    "not_always_defined": Kind("A part of a ratio has no value in some periods.", "Write the rows that it is made of."),
    "unlike_units": Kind("A ratio adds rows in different units.", "Give each unit a ratio of its own."),
    "no_parts": Kind("A side of a ratio is empty, or a part names no row or two.", "Name one row in each part."),
    "part_of_period": Kind("A ratio is over a time that is not whole periods of the model.", "Take whole periods."),
    "cannot_stop": Kind("A draw stop has no test to wait for, or nothing that waits.", "Do what the message says."),
    "no_level": Kind(
        "A lock-up or draw stop is on a row that is neither a balance nor a ratio.",
        "Name one, such as `accounts.dscr_12m`.",
    ),
    "beyond_limit": Kind(
        "Dividends would be locked up only when the covenant is broken already.", "Set a level on the safe side of it."
    ),
}
GROUPS: Final = {
    "Reading the file": READING,
    "Plans that extend another": LAYING,
    "Values": VALUES,
    "Currencies": MONEY,
    "Plants and projects": PLAN,
    "Loans": LOANS,
    "Funding": FUNDING,
    "Claims and covenants": CLAIMS,
    "What is uncertain": UNCERTAIN,
}
KINDS: Final = {code: kind for group in GROUPS.values() for code, kind in group.items()}
