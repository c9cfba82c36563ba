"""The blueprints of the desk, in the order of its menu: `app.py` registers these."""

from flask import Blueprint

from traceapp.desk import views
from traceapp.desk.batches import batch_date_views, count_views, new_batch_views, stop_acts
from traceapp.desk.codes import code_audit_views, opening_views
from traceapp.desk.handoffs import hand_off_links
from traceapp.desk.labels import (
    label_allowance_views,
    label_issue_views,
    label_views,
    printer_views,
    printing_views,
    stall_views,
)
from traceapp.desk.network import (
    assessment_acts,
    assessment_views,
    chain_views,
    commitment_views,
    covering_views,
    fair_views,
    link_choice_views,
    programme_views,
    published_views,
    survey_views,
)
from traceapp.desk.purchasing import board_views, contact_views, market_views, need_acts, need_views
from traceapp.desk.recalls import (
    case_acts,
    case_papers,
    drill_views,
    effectiveness_views,
    letter_views,
    recall_views,
    supplier_notice_views,
)
from traceapp.desk.register import (
    archive_views,
    certificate_views,
    place_views,
    product_views,
    season_change_views,
    season_views,
)
from traceapp.desk.reports import question_views, report_views
from traceapp.desk.steps import step_list_views, step_views
from traceapp.desk.tracing import container_views, dossier_views, trace_search_views, trace_views

VIEWS = (
    *(views, step_views, stop_acts, new_batch_views, batch_date_views, count_views),
    *(hand_off_links, season_views, product_views, place_views, certificate_views),
    *(report_views, archive_views, season_change_views, trace_views, trace_search_views),
    *(container_views, step_list_views, label_views, code_audit_views, opening_views),
    *(case_acts, case_papers, recall_views, effectiveness_views, drill_views),
    *(supplier_notice_views, letter_views),
    *(assessment_views, assessment_acts, programme_views, published_views, fair_views),
    *(survey_views, link_choice_views),
    *(chain_views, commitment_views, covering_views),
    *(need_views, board_views, need_acts, contact_views, market_views),
    *(
        label_allowance_views,
        label_issue_views,
        printer_views,
        printing_views,
        stall_views,
        question_views,
        dossier_views,
    ),
)
BLUEPRINTS: tuple[Blueprint, ...] = tuple(pages.blueprint for pages in VIEWS)
