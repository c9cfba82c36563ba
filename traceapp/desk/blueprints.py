"""The blueprints of the desk, in the order of its menu: `app.py` registers these."""

from flask import Blueprint

from traceapp.desk import (
    archive_views,
    assessment_acts,
    assessment_views,
    batch_date_views,
    case_acts,
    case_papers,
    certificate_views,
    code_audit_views,
    container_views,
    count_views,
    dossier_views,
    drill_views,
    effectiveness_views,
    hand_off_links,
    label_issue_views,
    label_views,
    new_batch_views,
    opening_views,
    place_views,
    printer_views,
    product_views,
    programme_views,
    question_views,
    recall_views,
    report_views,
    season_change_views,
    season_views,
    stall_views,
    step_list_views,
    step_views,
    stop_acts,
    supplier_notice_views,
    trace_search_views,
    trace_views,
    views,
)

VIEWS = (
    *(views, step_views, stop_acts, new_batch_views, batch_date_views, count_views),
    *(hand_off_links, season_views, product_views, place_views, certificate_views),
    *(report_views, archive_views, season_change_views, trace_views, trace_search_views),
    *(container_views, step_list_views, label_views, code_audit_views, opening_views),
    *(case_acts, case_papers, recall_views, effectiveness_views, drill_views),
    supplier_notice_views,
    *(assessment_views, assessment_acts, programme_views),
    *(label_issue_views, printer_views, stall_views, question_views, dossier_views),
)
BLUEPRINTS: tuple[Blueprint, ...] = tuple(pages.blueprint for pages in VIEWS)
