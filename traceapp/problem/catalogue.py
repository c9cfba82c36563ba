"""Every kind of problem there is: each has a page and a heading in docs/problems.md."""

from traceapp import problem
from traceapp.problem import phones

CATALOGUE: tuple[type[problem.Problem], ...] = (
    problem.Problem,
    problem.NotFound,
    problem.SignInNeeded,
    problem.SecondFactorNeeded,
    problem.TokenMayOnlyRead,
    problem.CrossSite,
    problem.FormExpired,
    problem.ChangedMeanwhile,
    problem.StorageFull,
    problem.UnknownCode,
    problem.MalformedCode,
    problem.InvalidInput,
    problem.Blocked,
    problem.BadRequest,
    problem.MethodNotAllowed,
    problem.PayloadTooLarge,
    problem.UnsupportedMediaType,
    problem.RefusedPhoto,
    problem.ContentConflict,
    problem.AlreadyExists,
    problem.TooManyRequests,
    problem.Busy,
    problem.NotSetUp,
    problem.DemoRefused,
    problem.ExportRefused,
    *(phones.InviteUnknown, phones.PhoneRevoked, phones.NotAllowed, phones.NotAUser),
    phones.PhotosMissing,
    *(phones.RefusedVoice, phones.SlipWaits),
)
