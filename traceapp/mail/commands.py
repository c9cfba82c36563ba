"""Commands of this room: `flask --app wsgi mail ...`."""

import click
from flask.cli import AppGroup

from traceapp.database.ids import new_id
from traceapp.mail import letter, operations
from traceapp.mail.server import MailError
from traceapp.web.pages import public_host

group = AppGroup("mail", help="Letters by e-mail.")


@group.command("test")
@click.argument("address")
def test(address: str) -> None:
    """Send a letter to ADDRESS now, and say whether the mail server took it."""
    try:
        to = letter.address(address)
    except ValueError as error:
        raise click.ClickException(f"“{address}” is no e-mail address.") from error
    subject = f"{public_host()}: e-mail works / thư điện tử hoạt động"
    text = f"This test was sent by the command `flask mail test` of {public_host()}.\n"
    try:
        operations.deliver(letter.Letter(str(new_id()), to, subject, text))
    except MailError as error:
        hint = "Check SMTP_URL, MAIL_FROM and the server's own log (docs/operators/settings.md)."
        raise click.ClickException(f"It was not sent: {error}. {hint}") from error
    click.echo("The mail server took the letter.")
