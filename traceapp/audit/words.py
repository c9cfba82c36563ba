"""What the book of acts says of each act, as a sentence without its subject."""

from collections.abc import Mapping

from traceapp.problem import N_

SENTENCES: Mapping[str, str] = {
    "producer_registered": N_("registered the producer"),
    "producer_admitted": N_("let the producer in"),
    "producer_refused": N_("did not let the producer in"),
    "producer_invited": N_("invited another producer"),
    "producer.changed": N_("changed the producer's own name, address or other particulars"),
    "renaming.asked": N_("asked for a name like another producer's"),
    "renaming.allowed": N_("gave the producer the name it had asked for"),
    "renaming.refused": N_("left the producer its name"),
    "renaming.withdrawn": N_("took the wish for another name back"),
    "producer.kinds": N_("changed what the producer does"),
    "member_added": N_("added a person"),
    "member_changed": N_("changed a person's values or roles"),
    "member_invited": N_("invited a person"),
    "member_joined": N_("accepted the invitation and chose a sign-in"),
    "member_signed_out": N_("signed a person out on every device"),
    "member_ended": N_("ended a membership"),
    "member_erased": N_("erased what was personal of somebody"),
    "reset_code_issued": N_("made a code to reset a password"),
    "password_reset": N_("set a new password with a code"),
    "password_changed": N_("changed their own password"),
    "app_set_up": N_("set up an app as a second step of signing in"),
    "app_removed": N_("took the app out of signing in"),
    "passkey_added": N_("added a passkey"),
    "passkey_removed": N_("removed a passkey"),
    "recovery_codes_made": N_("made new recovery codes"),
    "token_made": N_("made a token for a program"),
    "token_revoked": N_("revoked the token of a program"),
    "phone_invited": N_("invited a phone"),
    "phone_enrolled": N_("enrolled a phone with an invitation"),
    "phone_revoked": N_("revoked a phone"),
    "phone_imported": N_("brought in the file of a phone"),
    "phone_record.taken_in": N_("took in what a phone had sent and was refused"),
    "phone_record.dismissed": N_("dismissed what a phone had sent"),
    "product.defined": N_("added a product"),
    "product.changed": N_("changed a product or its label data"),
    "site.added": N_("added a place"),
    "site.changed": N_("changed a place"),
    "plot.added": N_("added a plot or pen"),
    "plot.changed": N_("changed a plot or pen"),
    "season.started": N_("started a season"),
    "season.changed": N_("changed a season"),
    "season.ended": N_("ended a season"),
    "season.reopened": N_("let a season go on after all"),
    "certificate.added": N_("added a certificate"),
    "certificate.changed": N_("changed a certificate"),
    "certificate.files": N_("changed the pages of a certificate"),
    "archived": N_("put it into the archive"),
    "taken_back": N_("took it back out of the archive"),
    "batch.registered": N_("registered a batch"),
    "batch.dates": N_("changed the dates of a batch"),
    "hold.released": N_("released goods from a hold"),
    "photo_published": N_("made a photo public"),
    "photo_hidden": N_("hid a photo from shoppers"),
    "report_answered": N_("answered a report"),
    "hand_off.accepted": N_("took over the other side's figure of a delivery"),
    "hand_off.link_made": N_("made a link to a delivery"),
    "hand_off.links_revoked": N_("let the links to a delivery end"),
    "hand_off.name_erased": N_("erased who answered a delivery"),
    "import.products": N_("imported a table of products"),
    "import.plots": N_("imported a table of plots"),
    "import.batches": N_("imported a table of batches"),
    "import.steps": N_("imported a table of steps"),
    "export.asked": N_("asked for an export of everything"),
    "export.written": N_("exported everything"),
    "export.taken_in": N_("took an export in"),
}

# The subjects by which the book is filtered: how `about` begins.
SUBJECTS: Mapping[str, str] = {
    "member": N_("People"),
    "token": N_("Programs"),
    "phone": N_("Phones"),
    "product": N_("Products"),
    "site": N_("Places"),
    "plot": N_("Plots"),
    "season": N_("Seasons"),
    "certificate": N_("Certificates"),
    "batch": N_("Batches"),
    "hand_off": N_("Hand-offs"),
    "import": N_("Imports"),
    "export": N_("Exports"),
    "producer": N_("Joining"),
}


# What else an act says, by name; what a newer version says keeps its own name.
DETAILS: Mapping[str, str] = {
    "after": N_("now"),
    "before": N_("before"),
    "changed": N_("changed"),
    "days": N_("days"),
    "expiry_date": N_("Use by"),
    "fields": N_("changed"),
    "new": N_("new"),
    "number": N_("number"),
    "packing_date": N_("Packed on"),
    "pages": N_("pages"),
    "production_date": N_("Made on"),
    "same": N_("stay as they are"),
    "wrong": N_("with a fault"),
}


def sentence(act: str) -> str:
    """Give the message of an act; an act of a newer version says its own name."""
    return SENTENCES.get(act, act)
