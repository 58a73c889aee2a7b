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
