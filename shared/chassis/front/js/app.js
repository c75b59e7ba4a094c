// The little that pages cannot do by themselves: remembered comfort settings, questions before a dangerous step, messages
// about failed requests. Loaded in the head without `defer`, so that settings apply before the first paint.
(() => {
  "use strict";
  const root = document.documentElement;
  const groups = ["size", "spacing", "contrast"];
  const storageKey = "comfort";

  const storedSettings = () => {
    try {
      return JSON.parse(localStorage.getItem(storageKey)) || {};
    } catch {
      return {}; // storage is forbidden or holds something else: the settings live for one page then
    }
  };

  const applySettings = (settings) => {
    for (const group of groups) {
      for (const name of [...root.classList]) if (name.startsWith(`${group}-`)) root.classList.remove(name);
      const choice = settings[group];
      if (typeof choice === "string" && /^[a-z]+$/.test(choice)) root.classList.add(`${group}-${choice}`);
    }
  };
  applySettings(storedSettings());

  const prepareSettings = () => {
    const panel = document.querySelector("[data-comfort]");
    if (!panel) return;
    const check = () => {
      const settings = storedSettings();
      for (const group of groups) {
        const radio = panel.querySelector(`#${group}-${settings[group] || "normal"}`);
        if (radio) radio.checked = true;
      }
    };
    const save = (settings) => {
      try {
        localStorage.setItem(storageKey, JSON.stringify(settings));
      } catch {
        // nothing to remember with: the page itself still changes
      }
      applySettings(settings);
    };
    check();
    panel.addEventListener("change", ({ target }) => save({ ...storedSettings(), [target.name]: target.value }));
    panel.addEventListener("reset", (event) => {
      event.preventDefault();
      save({});
      check();
    });
  };

  const prepareDrops = () => {
    const close = (except) => {
      for (const drop of document.querySelectorAll("details.drop[open]")) if (!drop.contains(except)) drop.open = false;
    };
    document.addEventListener("click", ({ target }) => close(target));
    document.addEventListener("focusin", ({ target }) => close(target));
    document.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape") return;
      const open = document.querySelector("details.drop[open]");
      close(null);
      if (open) open.querySelector("summary").focus();
    });
    const narrow = matchMedia("(max-width: 61.99rem)"); // where .grid-side becomes one column
    for (const panel of document.querySelectorAll("details[data-narrow-closed]")) panel.open = !narrow.matches;
  };

  // Asks in the page's own dialog; resolves to true when the person agrees.
  const ask = (question, label) =>
    new Promise((resolve) => {
      const dialog = document.getElementById("confirm");
      dialog.querySelector("[data-question]").textContent = question;
      dialog.querySelector("[value=yes]").textContent = label || dialog.dataset.yes;
      dialog.returnValue = "";
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
      dialog.showModal();
    });

  const prepareConfirm = () => {
    const agreed = new WeakSet();
    document.addEventListener(
      "submit",
      async (event) => {
        const form = event.target;
        const button = event.submitter;
        const question = button?.dataset.confirm || form.dataset.confirm;
        if (!question || agreed.delete(form)) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        if (!(await ask(question, button?.dataset.confirmLabel || form.dataset.confirmLabel))) return;
        agreed.add(form);
        form.requestSubmit(button);
      },
      true,
    );
    document.addEventListener("htmx:confirm", async (event) => {
      if (!event.detail.question) return;
      event.preventDefault();
      if (await ask(event.detail.question)) event.detail.issueRequest(true);
    });
  };

  const announce = (text, tone = "bad") => {
    const region = document.getElementById("live");
    const box = document.getElementById("live-message").content.firstElementChild.cloneNode(true);
    box.classList.add(`alert-${tone}`);
    box.querySelector("[data-text]").textContent = text;
    box.querySelector("button").addEventListener("click", () => box.remove());
    region.replaceChildren(box);
  };

  const problemText = (xhr) => {
    const type = xhr.getResponseHeader("Content-Type") || "";
    if (type.includes("json")) {
      try {
        return JSON.parse(xhr.responseText).detail || "";
      } catch {
        return "";
      }
    }
    const message = new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("[data-problem]");
    return message ? message.textContent.trim().replace(/\s+/g, " ") : "";
  };

  const prepareRequests = () => {
    const words = document.getElementById("live").dataset;
    let waiting = 0;
    const busy = (step) => {
      waiting = Math.max(0, waiting + step);
      root.classList.toggle("busy", waiting > 0);
    };
    document.addEventListener("htmx:beforeRequest", () => busy(1));
    document.addEventListener("htmx:afterRequest", () => busy(-1));
    document.addEventListener("htmx:beforeSwap", (event) => {
      const { xhr } = event.detail;
      // a form that comes back with its errors is shown in place; an error page is only announced
      if ([409, 422].includes(xhr.status) && !xhr.getResponseHeader("X-Problem")) {
        event.detail.shouldSwap = true;
        event.detail.isError = false;
      }
    });
    document.addEventListener("htmx:responseError", ({ detail }) => {
      if (detail.xhr.status === 401) location.reload();
      else announce(problemText(detail.xhr) || words.failed);
    });
    document.addEventListener("htmx:sendError", () => announce(words.offline));
    document.addEventListener("htmx:timeout", () => announce(words.slow));
    document.addEventListener("htmx:afterSwap", ({ target }) => {
      const summary = target.querySelector?.("[data-error-summary]");
      if (summary) summary.focus();
    });
    document.addEventListener("app:message", ({ detail }) => announce(detail.text || detail.value, detail.tone || "ok"));
  };

  // An access token lives five minutes, a form may be filled in for longer: while the page is looked at, it stays fresh.
  const keepSignedIn = () => {
    if (!document.querySelector("[data-signed-in]")) return;
    setInterval(() => {
      if (document.visibilityState === "visible") fetch("/center/refresh", { credentials: "same-origin" }).catch(() => {});
    }, 240_000);
  };

  document.addEventListener("DOMContentLoaded", () => {
    keepSignedIn();
    prepareSettings();
    prepareDrops();
    prepareConfirm();
    prepareRequests();
    const summary = document.querySelector("[data-error-summary]");
    if (summary) summary.focus();
  });

  // Copying a command or a key needs a click of its own; the button says that it worked.
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest?.("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    announce(document.getElementById("live").dataset.copied, "ok");
  });
})();
