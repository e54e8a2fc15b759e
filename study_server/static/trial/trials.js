// The trials held: the one that is due and the next few, as the server plans them.

/** The trials of this page. */
export function createTrials(requests, loader, outbox) {
  const over = new Set(); // answered: an answer of the server's may be older than that
  let held = [];
  let generation = 0; // raised when what the server said before no longer counts

  function take({ display, has_feedback, n_stored, upcoming, ...due }, asOf) {
    outbox.noteStored(n_stored);
    if (asOf !== generation) return;
    const known = new Set(held.map(({ trial_id }) => trial_id));
    for (const trial of [due, ...upcoming]) {
      if (over.has(trial.trial_id) || known.has(trial.trial_id)) continue;
      held.push({ ...trial, display, has_feedback });
      loader.hold(trial);
    }
  }

  function drop(trial) {
    held = held.filter(({ trial_id }) => trial_id !== trial.trial_id);
    loader.release(trial);
  }

  return {
    /** How many trials can be shown without asking the server. */
    nHeld: () => held.length,

    /** The trial to show now, or {next}: the page to go to. */
    async due() {
      while (!held.length) {
        const answer = await requests.trials();
        if (answer.next) return answer;
        over.delete(answer.trial_id); // the server has the last word
        take(answer, generation);
      }
      return held[0];
    },

    /** The trial is answered. */
    finish(trial) {
      over.add(trial.trial_id);
      drop(trial);
    },

    /** Asks for more at the far end, once the server has an answer. */
    async refill() {
      const asOf = generation;
      const answer = await requests.trialsIfReachable();
      if (answer && !answer.next) take(answer, asOf);
    },

    /**
     * An image of the trial did not come. Tries again once the server answers, since it
     * may have been the connection; then lets the server postpone the trial.
     */
    async retryOrPostpone(trial) {
      loader.release(trial);
      await requests.trials();
      loader.hold(trial);
      if (await loader.ready(trial)) return;
      await requests.reportMissing(trial);
      generation += 1;
      for (const each of [...held]) drop(each);
    },
  };
}
