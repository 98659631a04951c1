"""Questions that were asked in public, each with its right value and where it was asked; the inputs stand in cases/."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fibercap.cli import cli
from fibercap.core.errors import ScenarioError

CASES = Path(__file__).resolve().parent / "cases"
MILLION = 1e6


def ran(verb: str, case: str, *more: str) -> Result:
    return CliRunner().invoke(cli, [verb, str(CASES / f"{case}.yaml"), *more])


def run_case(verb: str, case: str) -> Any:
    result = ran(verb, case, "--json")
    assert result.exit_code in {0, 1}, result.output
    return json.loads(result.stdout)


def row(document: Any, path: str) -> dict[str, float]:
    return dict(zip(document["periods"], document["rows"][path]["values"], strict=True))


def test_customers_owe_no_more_than_was_ever_sold() -> None:
    """https://thecashflowprojector.com/learn/working-capital/."""
    owed = row(run_case("run", "A08-receivables-above-sales"), "accounts.receivables")

    results = [owed[day] / MILLION for day in ("2001-07-31", "2001-08-31", "2001-09-30")]
    assert results == pytest.approx([1.0, 2.0, 2.958904], abs=1e-6)


def test_a_loan_in_euro_is_repaid_at_the_rate_of_its_day() -> None:
    """https://studmed.ru/view/acca-p2-int-corporate-reporting-study-text-2010-emile-woolf_a9b66b551f5.html?page=21."""
    document = run_case("run", "C06-bullet-at-spot")

    assert row(document, "loans.ger.principal")["2002-12-31"] == pytest.approx(11.0e6)
    assert document["checks"]["exchange"]["largest_gap"] <= 0.01


@pytest.mark.long
def test_names_of_a_workbook_are_unique(tmp_path: Path) -> None:
    """ECMA-376, 18.2.5; https://github.com/jmcnamara/XlsxWriter/issues/963, https://github.com/EPPlusSoftware/EPPlus/issues/37."""
    out = tmp_path / "plan.xlsx"
    assert ran("export", "E01-names-of-cells", "--out", str(out)).exit_code == 0

    with zipfile.ZipFile(io.BytesIO(out.read_bytes())) as book:
        text = book.read("xl/workbook.xml").decode()
    names = [part.split('"')[1].casefold() for part in text.split("<definedName name=")[1:]]
    names = [name for name in names if not name.startswith("_xlnm.")]  # each sheet has its print area
    assert len(names) == len(set(names)) > 0


def test_a_sliver_of_a_last_period_joins() -> None:
    """https://github.com/GaloyMoney/lana-bank/issues/1702: ten years of quarters are forty payments."""
    paid = [event["payment"] for event in run_case("loan", "L06-day-long-last-period")["schedule"] if event["payment"]]

    assert len(paid) == 40
    assert paid[8:] == pytest.approx([511_327.288] * 32, abs=1e-3)


def test_a_prepayment_lowers_later_installments_in_proportion() -> None:
    """https://lawinsider.com/clause/scheduled-amortization-of-term-loans."""
    events = run_case("loan", "L07-pro-rata-prepayment")["schedule"]
    due = [event["principal"] for event in events if event["event"] != "prepayment" and event["principal"]]

    assert due == pytest.approx([81_250.0, 162_500.0, 162_500.0, 243_750.0])


def test_a_rate_is_set_for_each_interest_period() -> None:
    """https://infraadvisory.com/?p=234."""
    events = run_case("loan", "L08-reset-at-interest-period")["schedule"]
    interest = [event["interest"] for event in events if event["interest"]]

    assert interest[:5] == pytest.approx([18_222.2222, 20_222.2222, 17_888.8889, 15_333.3333, 15_000.0], abs=1e-4)


def test_a_loan_table_loses_no_digit_at_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """https://fmda2015.wordpress.com/2015/01/14/hw-2-3a-construction-loans-commitment-fees/."""
    monkeypatch.setenv("COLUMNS", "80")
    shown = ran("loan", "L17-loan-table-at-80").stdout

    assert "…" not in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_a_plant_with_tax_in_arrears_has_the_rate_that_every_spreadsheet_finds() -> None:
    """https://github.com/numpy/numpy-financial/issues/44; the plant as in
    https://tutorsglobe.com/question/assume-that-losses-cannot-be-offset-against-revenues-from-51177556.aspx.
    """  # noqa: D205 - an address
    document = run_case("run", "R01-last-flow-negative")["measures"]

    assert document["project_npv"]["value"] == pytest.approx(121.0942e6, abs=50)
    assert document["project_irr"]["value"] == pytest.approx(0.2083, abs=5e-5)


def test_a_machine_is_worth_what_it_brings_from_the_end_of_the_valuation_date() -> None:
    """http://www.me.utexas.edu/~jensen/ORMM/omie/problems/units/economics/taxes_review/rev_ans.html."""
    document = run_case("run", "R08-net-worth")["measures"]["project_npv"]["value"]

    assert document == pytest.approx(-71.9772, abs=1e-4)


def test_the_gain_of_a_sale_is_taxed() -> None:
    """http://www.me.utexas.edu/~jensen/ORMM/omie/problems/units/economics/taxes_review/rev_ans.html."""
    document = run_case("run", "R09-salvage")["measures"]["project_npv"]["value"]

    assert document == pytest.approx(1790.7868, abs=1e-4)


def test_a_price_grows_by_its_rate_from_the_year_after_its_key() -> None:
    """https://natlabrockies.github.io/SAM/doc/_sources/financial-metrics/mtf_ppa_escalation.rst."""
    values = row(run_case("run", "S05-escalation"), "accounts.revenue")

    assert values["2015-12-31"] == pytest.approx(89_096.922, abs=1e-3)


def test_the_cheapest_plant_is_served_first() -> None:
    """https://github.com/quintel/etmodel/issues/1200."""
    values = row(run_case("run", "K01-cheapest-first"), "accounts.variable_cost")

    assert list(values.values()) == pytest.approx([10 * MILLION] * 2)


def test_a_day_is_one_of_365() -> None:
    """https://github.com/ZEN-universe/ZEN-garden/issues/413."""
    document = run_case("run", "S03-days-in-a-year")

    assert not all(claim["holds"] for claim in document["claims"].values())
    assert row(document, "plants.p.nameplate")["2001-12-31"] == pytest.approx(255_500)


@pytest.mark.parametrize(
    ("setting", "row", "value"),
    [
        ("products.fiber.price=0.04 USD/m", "inputs.products.fiber.price", 40.0),
        ("plants.works.capacity=200 Mm/year", "plants.works.nameplate", 350_000.0),
    ],
)
def test_a_price_by_the_metre_keeps_its_amount(setting: str, row: str, value: float) -> None:
    """https://github.com/hgrecco/pint/issues/430; its siblings stand in core/test_unit_hints.py."""
    result = ran("run", "base", "--json", "--set", setting)

    assert result.exit_code == 0
    assert json.loads(result.stdout)["rows"][row]["values"][-1] == pytest.approx(value)


def test_leverage_of_four_quarters_is_tested_each_quarter() -> None:
    """https://lawinsider.com/clause/maximum-total-leverage; without the sliver that joins it is 4.98 (see decisions)."""
    result = ran("check", "V01-four-quarters")

    assert result.exit_code == 1
    assert "broken in 2004-Q1" in result.stdout


def test_a_limit_that_falls_over_the_years_is_kept() -> None:
    """https://www.sec.gov/Archives/edgar/data/843006/000165495424010184/R21.htm; at most 4.5 in 2001, 1.5 after."""
    result = ran("check", "V02-limit-steps")

    assert result.exit_code == 0
    assert "PASS  bank: lev" in result.stdout


def test_cover_of_a_new_plant_leaves_out_what_funding_pays() -> None:
    """https://vectorfinancialmodelling.com.au/financial-modelling-knowledge-blog/dscr-debt-service-cover-ratio.aspx."""
    document = run_case("run", "V03-cover-while-building")["measures"]["min_dscr"]["value"]

    assert document == pytest.approx(1.9557, abs=5e-5)


@pytest.mark.long
def test_a_running_company_is_covered_while_it_builds() -> None:
    """https://caclubindia.com/experts/credit-appraisal-query-2665274.asp."""
    result = ran("check", "V10-cover-of-running-company")

    assert result.exit_code == 0
    assert "BREACH" not in result.stdout


@pytest.mark.parametrize(
    ("case", "path"),
    [
        ("S01-path-twice", "loans.bank.rate"),
        ("min_grant_wc", "funding.w1.grant"),
    ],
)
def test_what_cannot_be_reported_is_refused_at_its_place(case: str, path: str) -> None:
    """Keys that the language does not know yet, a setting written twice, a grant above what it may pay for."""
    result = ran("check", case)

    assert isinstance(result.exception, ScenarioError)  # exit code 2
    assert f"{case}.yaml:" in str(result.exception)
    assert f": {path}\n" in str(result.exception)


def test_sculpting_keeps_the_cover_that_the_bank_sees_after_tax() -> None:
    """https://edbodmer.com/sculpting-with-fixed-debt-and-changing-dscr-user-defined-function/."""
    rows = run_case("run", "V05-sculpted-and-tax")["rows"]

    assert rows["loans.bank.service"]["values"][4] == pytest.approx(887_307.6923, abs=1e-4)
    assert rows["loans.bank.dscr"]["values"][4] == pytest.approx(1.3)


@pytest.mark.long
def test_plans_that_stopped_a_command_run() -> None:
    """A ratio that exists on no date, a note that names money, and what rounding leaves of sources."""
    covenant = ran("check", "min_covenant_realistic")
    assert covenant.exit_code == 0
    assert "not tested on 1 of 6 dates: no debt service is due" in covenant.stdout
    note = ran("check", "min_note_currency")
    assert note.exit_code == 1
    assert "cash is below zero in 3 of 12 periods" in note.stdout  # the note is text; the plan runs dry all the same
    assert ran("run", "min_sources_uses").exit_code == 0


@pytest.mark.long
def test_no_fee_is_charged_on_what_rounding_leaves() -> None:
    document = run_case("run", "agency_fee_on_trifle")
    fees = {path: row["values"] for path, row in document["rows"].items() if path.endswith(".fees")}

    assert fees
    assert not any(value == pytest.approx(1055.56, abs=0.01) for values in fees.values() for value in values)
