// The last page: copies the code, and goes back by itself where the study wants that.
const copy = document.getElementById("copy");
const said = document.getElementById("copy-said");
const code = document.getElementById("completion-code");
const back = document.getElementById("return");
const countdown = document.getElementById("countdown");
const SECOND_MS = 1000;

if (copy) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      said.textContent = said.dataset.copied;
    } catch {
      getSelection().selectAllChildren(code); // not allowed, or no HTTPS
      said.textContent = said.dataset.failed;
    }
  });
}

/** Follows the link after a while; any key or press keeps the page. */
function countDown(seconds) {
  const stopping = new AbortController();
  const end = performance.now() + seconds * SECOND_MS;
  // Said once; a screen reader would have to hear every second.
  countdown.textContent = countdown.dataset.words.replace("{seconds}", seconds);
  const timer = setInterval(() => {
    if (performance.now() < end) return;
    stop();
    back.click();
  }, SECOND_MS);
  function stop() {
    clearInterval(timer);
    stopping.abort();
  }
  for (const event of ["keydown", "pointerdown"]) {
    addEventListener(
      event,
      () => {
        stop();
        countdown.textContent = countdown.dataset.staying;
      },
      { signal: stopping.signal },
    );
  }
}

if (back?.dataset.afterS) countDown(Number(back.dataset.afterS));
