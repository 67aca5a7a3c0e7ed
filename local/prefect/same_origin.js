// Prefect's pages ask a third party for settings even where measuring is switched off: here they ask nobody else.
(() => {
  const isOwn = (url) => new URL(url, location.href).origin === location.origin;
  const refuse = () => new TypeError("Nodeloom lets this page ask its own server only.");
  const { fetch, XMLHttpRequest, navigator } = window;
  const { open } = XMLHttpRequest.prototype;
  const sendBeacon = navigator.sendBeacon.bind(navigator);
  window.fetch = (input, init) =>
    isOwn(input.url ?? input) ? fetch(input, init) : Promise.reject(refuse());
  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    if (!isOwn(url)) throw refuse();
    return open.call(this, method, url, ...rest);
  };
  navigator.sendBeacon = (url, data) => isOwn(url) && sendBeacon(url, data);
})();
