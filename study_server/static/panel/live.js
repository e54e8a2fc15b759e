// Renews the counts of a study while somebody looks at them.
const EVERY_MS = 4000;
const place = document.getElementById("live");

async function renew() {
  if (document.hidden || place.contains(document.activeElement)) return;
  try {
    const answer = await fetch(location.href, { headers: { "X-Renew": "1" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    place.replaceChildren(...page.getElementById("live").childNodes);
  } catch {
    // The connection is gone; the next try may find it again.
  }
}

setInterval(renew, EVERY_MS);
