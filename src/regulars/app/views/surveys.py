"""Surveys: what is asked, links to hand out, the page on which somebody answers, and what came of it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from regulars.app import surveys, surveys_due
from regulars.app._public import address, public_link
from regulars.app.clock import today
from regulars.app.middleware import Request
from regulars.app.models import Survey
from regulars.app.privacy import audit
from regulars.app.privacy.handed_over import noted
from regulars.app.spreadsheets import download
from regulars.app.vault import persons, store
from regulars.app.views.refused import NOTHING, Refused, refused
from regulars.app.views.screen import show, writing_about
from regulars.app.views.today import names_of
from regulars.reports import N_, Voice, sentence, word

_SHOWN = 50
_LETTER = N_("Dear {name}, {question} {link}")
_CALLED = {
    "kind": N_("What is asked"), "title": N_("Title, for yourself"), "question": N_("In other words (may stay empty)"),
    "language": N_("Language of the page"), "when": N_("When"), "days": N_("Number of days"),
}  # fmt: skip
"""What the page calls the fields of a new survey."""


class NewSurvey(forms.Form):
    """What is to be asked, and when."""

    kind = forms.ChoiceField(choices=[(kind, kind) for kind in Survey.KINDS])
    title = forms.CharField(max_length=120)
    question = forms.CharField(max_length=500, required=False)
    language = forms.ChoiceField(choices=[("en", "en"), ("zh", "zh")])
    when = forms.ChoiceField(choices=[(w, w) for w in (Survey.ON_REQUEST, Survey.AFTER_ORDER, Survey.PERIODIC)])
    days = forms.IntegerField(min_value=1, max_value=730)


class Invited(forms.Form):
    """Which survey a link is made for."""

    survey = forms.IntegerField(min_value=1, max_value=2**62)


class AskDue(forms.Form):
    """In which form the links are wanted."""

    form = forms.ChoiceField(choices=[("page", "page"), ("file", "file")])


class Given(forms.Form):
    """What somebody answers."""

    score = forms.IntegerField(min_value=0, max_value=10, required=False)
    text = forms.CharField(max_length=5_000, required=False)


def listed(request: Request, told: Refused = NOTHING) -> HttpResponse:
    """Show every survey with what came of it, and a form for a new one; `told` is why the last was not taken."""
    voice = request.asked.voice
    rows = [
        {"survey": survey, "due": len(surveys_due.due(survey)), **_told(request, survey)}
        for survey in Survey.objects.order_by("-made_at", "-id")
    ]
    questions = {kind: voice.t(question) for kind, question in surveys.QUESTIONS.items()}
    shown = {"rows": rows, "questions": questions, "refused": told, "here": reverse("surveys"), "outside": address()}
    return show(request, "surveys/list.html", shown, at="surveys", status=422 if told.why else 200)


@require_POST
def begin(request: Request) -> HttpResponse:
    """Keep a new survey."""
    form = NewSurvey(request.POST)
    if not form.is_valid():
        return listed(request, refused("survey", form, called=_CALLED, voice=request.asked.voice))
    said = form.cleaned_data
    voice = Voice(language="zh" if said["language"] == "zh" else "en")
    question = said["question"] or voice.t(surveys.QUESTIONS[said["kind"]])
    Survey.objects.create(**{**said, "question": question}, made_at=timezone.now())
    _work_out(request)
    return redirect("surveys")


def one(request: Request, survey: int) -> HttpResponse:
    """Show one survey: its answers, and a link for a person if one was just made."""
    found = get_object_or_404(Survey, pk=survey)
    listed = list(found.answers.select_related("person").order_by("-given_at")[:_SHOWN])
    people = [answer.person.customer_id for answer in listed]
    keys = store.keys_of(people)
    names = persons.reveal(people, store.NAME_FIELDS)
    answers = [
        {"who": who, "called": store.called(names.get(who, {}), who), "at": answer.given_at, "score": answer.score,
         "text": store.open_text(who, answer.ciphertext, "answer", keys) if answer.ciphertext else ""}
        for who, answer in zip(people, listed, strict=True)
    ]  # fmt: skip
    link = request.session.pop("survey_link", None)
    told = {"survey": found, "answers": answers, "link": link, "due": _people(request, surveys_due.due(found)),
            "letters": [], **_told(request, found)}  # fmt: skip
    return show(request, "surveys/one.html", told, at="surveys")


@require_POST
def ask_due(request: Request, survey: int) -> HttpResponseBase:
    """Make a link for everybody who is due, and show the letters once: as a page or as a file."""
    found, form = get_object_or_404(Survey, pk=survey), AskDue(request.POST)
    listed = surveys_due.due(found)
    if not form.is_valid() or not listed:
        return redirect("survey", survey)
    voice = Voice(language="zh" if found.language == "zh" else "en")
    letters = []
    for person in _people(request, listed):
        try:
            with writing_about(request, person["id"]) as about:
                token = surveys.invite(found, about)
        except Http404:  # erased since the list was made
            continue
        link = public_link(request, f"/answer/{token}/")
        name = person["called"] or voice.t("valued customer")
        letters.append(
            {**person, "link": link, "text": voice.t(_LETTER, name=name, question=found.question, link=link)}
        )
    letters = [*noted(((letter["id"], letter) for letter in letters), form="survey", by=request.user.username)]
    audit.write("handed_over", by=request.user.username, survey=found.pk, members=len(letters))
    if form.cleaned_data["form"] == "file":
        return _file(request, found, letters)
    told = {"survey": found, "answers": [], "link": None, "due": [], "letters": letters, **_told(request, found)}
    return show(request, "surveys/one.html", told, at="surveys")


@require_POST
def invite(request: Request, person: str) -> HttpResponse:
    """Make a link to a survey for a person, and show it once."""
    form = Invited(request.POST)
    survey = get_object_or_404(Survey, pk=form.cleaned_data["survey"] if form.is_valid() else 0)
    with writing_about(request, person) as about:
        token = surveys.invite(survey, about)
    [*noted([(person, token)], form="survey", by=request.user.username)]
    request.session["survey_link"] = public_link(request, f"/answer/{token}/")
    return redirect("survey", survey.pk)


@require_POST
def close(request: Request, survey: int) -> HttpResponse:
    """Close a survey, or open it again."""
    found = get_object_or_404(Survey, pk=survey)
    found.is_open = not found.is_open
    found.save()
    _work_out(request)
    return redirect("survey", survey)


@login_not_required
def answer(request: Request, token: str) -> HttpResponse:
    """Let somebody answer: no login, nothing about them on the page."""
    invitation = surveys.invited(token)
    if invitation is None:
        return show(request, "surveys/gone.html", status=410)
    survey = invitation.survey
    request.asked.language = "zh" if survey.language == "zh" else "en"
    scale = surveys.SCALES.get(survey.kind)
    form = Given(request.POST or None)
    is_short = False
    if form.is_valid():
        score, text = form.cleaned_data["score"], form.cleaned_data["text"]
        fits = scale is None or (score is not None and scale[0] <= score <= scale[1])
        if fits and (score is not None or text):
            told = surveys.answer(token, score=score if scale else None, text=text, language=request.asked.language)
            return show(request, "surveys/thanks.html" if told else "surveys/gone.html")
        is_short = True
    ends = surveys.ENDS.get(survey.kind, ("", ""))
    shown: dict[str, Any] = {
        "survey": survey, "token": token, "is_short": is_short, "typed": request.POST.get("text", ""),
        "scores": list(range(scale[0], scale[1] + 1)) if scale else [],
        "low": request.asked.voice.t(ends[0]), "high": request.asked.voice.t(ends[1]),
    }  # fmt: skip
    return show(request, "surveys/answer.html", shown)


def _work_out(request: Request) -> None:
    if request.asked.result is not None:
        surveys_due.work_out(request.asked.result, today=today())


def _people(request: Request, listed: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """Return people with their names and the channels on which they may be asked."""
    names = names_of(list(listed))
    return [
        {"id": who, "name": names.get(who, who), "called": names.get(who, ""), "channels": channels,
         "by": request.asked.voice.list([word("channel", channel, voice=request.asked.voice) for channel in channels])}
        for who, channels in listed.items()
    ]  # fmt: skip


def _file(request: Request, survey: Survey, letters: list[dict[str, Any]]) -> HttpResponseBase:
    """Return the letters as a table; an address only where it may be used."""
    told = persons.reveal([letter["id"] for letter in letters], ("email", "phone"))
    heads = [request.asked.voice.t(head) for head in ("Customer number", "Name", "E-mail", "Phone", "Link", "Message")]
    rows = []
    for letter in letters:
        known = told.get(letter["id"], {})
        email = known.get("email", [""])[0] if "email" in letter["channels"] else ""
        phone = known.get("phone", [""])[0] if {"message", "phone"} & set(letter["channels"]) else ""
        rows.append((letter["id"], letter["called"], email, phone, letter["link"], letter["text"]))
    return download(f"{survey.title}.csv", heads, rows)


def _told(request: Request, survey: Survey) -> dict[str, Any]:
    voice = request.asked.voice
    outcome = surveys.outcome(survey)
    said = "" if outcome.figure is None else sentence(outcome.figure, language=request.asked.language)
    given = sum(count for _, count in outcome.spread)
    spread = [
        {"score": score, "count": voice.count(count), "share": count / given}
        for score, count in outcome.spread
        if given
    ]
    return {"outside": address(), "outcome": outcome, "said": said, "spread": spread}
