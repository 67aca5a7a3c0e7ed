/* A stand-in for Clerk's script in the browser: it signs in whoever presses its button. It has
   what @clerk/react asks of the real one, and like that it fetches tokens and makes styles. */

(() => {
  const origin = new URL(document.currentScript.src).origin;
  const listeners = new Set();

  class Clerk {
    loaded = false;
    version = "stand-in";
    client = { sessions: [], signIn: {}, signUp: {} };
    session = null;
    user = null;
    organization = null;

    get __internal_lastEmittedResources() {
      const { client, session, user, organization } = this;
      return { client, session, user, organization };
    }

    async load() {
      await fetch(`${origin}/v1/environment`);
      this.loaded = true;
      this.tell();
    }

    tell() {
      this.resources = this.__internal_lastEmittedResources;
      Object.defineProperty(this, "__internal_lastEmittedResources", {
        value: this.resources,
        configurable: true,
      });
      for (const listener of listeners) listener(this.resources);
    }

    become(session, user) {
      delete this.__internal_lastEmittedResources;
      this.session = session;
      this.user = user;
      this.tell();
    }

    addListener(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    }

    mountSignIn(place) {
      const style = document.createElement("style");
      style.textContent = ".clerk-stand-in { border-top: 7px solid rgb(1, 2, 3) }";
      const button = document.createElement("button");
      button.className = "clerk-stand-in";
      button.textContent = "Continue";
      button.onclick = () => this.become(session, { id: "user_ann" });
      place.append(style, button);
    }

    unmountSignIn(place) {
      place.replaceChildren();
    }

    async signOut() {
      this.become(null, null);
    }

    on(event, tell, options) {
      if (event === "status" && options?.notify) tell("ready");
    }

    off() {}
    __internal_updateProps() {}
  }

  const session = {
    id: "sess_1",
    status: "active",
    user: { id: "user_ann" },
    lastActiveToken: { jwt: { claims: { sub: "user_ann" } } },
    async getToken() {
      const answer = await fetch(`${origin}/v1/client/sessions/sess_1/tokens`, { method: "POST" });
      return (await answer.json()).jwt;
    },
  };

  window.__internal_ClerkUICtor = class {};
  window.Clerk = new Clerk();
})();
