// One request for an act on a story of the desk. The answer has the changed parts of the page.

/** Post `values` to `address` for this card. Cards of the queue and of the edition have a token in their forms. */
export function act(card, address, values) {
  const csrfmiddlewaretoken = card.querySelector("[name=csrfmiddlewaretoken]").value;
  return window.htmx.ajax("POST", address, {
    source: card,
    target: "#notes",
    swap: "innerHTML",
    values: { ...values, csrfmiddlewaretoken },
  });
}

// A second click may have replaced the card whose button sent the request. htmx then looks for the changed parts of the
// page in the card, which is no part of the page any more, and drops them.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig, shouldSwap, target, xhr } = event.detail;
  if (!shouldSwap || target.id !== "notes" || requestConfig.elt.isConnected) return;
  event.detail.shouldSwap = false;
  window.htmx.swap(target, xhr.response, { swapStyle: "innerHTML" });
});
