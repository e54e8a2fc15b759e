"""What participants read, with English texts that can be used as they are."""

from pydantic import BaseModel, ConfigDict, Field

CONSENT = """\
You are invited to take part in a research study about how people understand what an \
image-recognition network responds to.

You will look at pictures and choose between photographs. There are no known risks. \
Taking part is voluntary: you may stop at any time, without giving a reason, and \
decide whether we keep or erase what you answered.

We store your answers and how long they took. We do not store your name, your network \
address or anything else that identifies you. The anonymous answers may be published \
for other researchers to use.

The task needs sight. If you cannot see the pictures well, please do not take part."""

INSTRUCTIONS = """\
A network looks at photographs. One part of it becomes active when it sees something \
particular, for instance a certain texture, shape or object. Your task is to find out \
what.

First you see example pictures. They hint at what makes this part of the network \
active. Study them. After a moment, two new photographs appear.

Choose the photograph that you think makes the same part of the network more active, \
and say how sure you are: a guess, fairly sure, or certain. Every choice starts anew, \
with other examples.

Sometimes the examples are quite strange. That is fine: go by your impression. \
There is no time limit for your answer."""

DEBRIEF = """\
Some of your example pictures were ordinary photographs, some were photographs in \
which a computer had exaggerated what the network responds to, and some were made by \
a computer from nothing. We want to know which of them help people most to foresee \
what a network responds to."""


class Texts(BaseModel):
    """Plain text; an empty line begins a new paragraph. Frozen with the study."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    consent: str = Field(default=CONSENT, min_length=1)
    """What a participant agrees to; its hash is stored with each session."""

    instructions: str = Field(default=INSTRUCTIONS, min_length=1)
    """Shown before practice."""

    debrief: str = Field(default=DEBRIEF, min_length=1)
    """Shown at the very end."""
