// Where answers wait until the server has them. This one keeps them in memory, so an
// answer is safe only once it is acknowledged, and the page waits for that. One that
// writes to the browser's database resolves `safe` as soon as the write is done.

/**
 * @param {{send: (response: Object) => Promise<Object>}} requests
 */
export function createOutbox({ send }) {
  return {
    /**
     * @param {Object} response
     * @returns {{safe: Promise<void>, acknowledged: Promise<Object>}} `safe`: the page
     *   may go on to a trial without feedback; `acknowledged`: the server's answer.
     */
    put(response) {
      const acknowledged = send(response);
      return { safe: acknowledged.then(() => {}), acknowledged };
    },
  };
}
