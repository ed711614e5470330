// URLSearchParams as the URL standard gives it (section 6.2), for expressions that name it.
globalThis.URLSearchParams = class URLSearchParams {
  #pairs = [];
  #decode(text) {
    const bytes = [];
    const plain = text.toWellFormed().replace(/\+/g, ' ');
    for (let i = 0; i < plain.length; i++) {
      const hex = plain[i] === '%' && /^[0-9a-fA-F]{2}/.test(plain.slice(i + 1, i + 3));
      if (hex) { bytes.push('%' + plain.slice(i + 1, i + 3)); i += 2 }
      else bytes.push(plain[i] === '%' ? '%25' : encodeURIComponent(String.fromCodePoint(plain.codePointAt(i))));
      if (!hex && plain.codePointAt(i) > 0xFFFF) i++;
    }
    try { return decodeURIComponent(bytes.join('')) } catch { }
    return bytes.join('').replace(/(%[0-9a-fA-F]{2})+/g, run => {
      try { return decodeURIComponent(run) } catch { }
      return run.replace(/%([0-9a-fA-F]{2})/g, (_, hex) => {
        const code = parseInt(hex, 16);
        return code < 128 ? String.fromCharCode(code) : '\uFFFD';
      });
    });
  }
  constructor(init = '') {
    if (init !== null && typeof init === 'object' && !(init instanceof String)) {
      if (typeof init[Symbol.iterator] === 'function') {
        for (const pair of init) {
          const [...both] = pair;
          if (both.length !== 2) throw new TypeError('each pair must hold a name and a value');
          this.#pairs.push([`${both[0]}`, `${both[1]}`]);
        }
      } else for (const name of Object.keys(init)) this.#pairs.push([name, `${init[name]}`]);
      return;
    }
    for (const piece of `${init}`.replace(/^\?/, '').split('&')) {
      if (!piece) continue;
      const at = piece.indexOf('=');
      const [name, value] = at < 0 ? [piece, ''] : [piece.slice(0, at), piece.slice(at + 1)];
      this.#pairs.push([this.#decode(name), this.#decode(value)]);
    }
  }
  get size() { return this.#pairs.length }
  append(name, value) { this.#pairs.push([`${name}`, `${value}`]) }
  delete(name, value) {
    this.#pairs = this.#pairs.filter(pair => pair[0] !== `${name}` || value !== undefined && pair[1] !== `${value}`);
  }
  get(name) { return this.#pairs.find(pair => pair[0] === `${name}`)?.[1] ?? null }
  getAll(name) { return this.#pairs.filter(pair => pair[0] === `${name}`).map(pair => pair[1]) }
  has(name, value) {
    return this.#pairs.some(pair => pair[0] === `${name}` && (value === undefined || pair[1] === `${value}`));
  }
  set(name, value) {
    const first = this.#pairs.findIndex(pair => pair[0] === `${name}`);
    if (first < 0) return this.append(name, value);
    this.#pairs[first][1] = `${value}`;
    this.#pairs = this.#pairs.filter((pair, index) => index <= first || pair[0] !== `${name}`);
  }
  sort() { this.#pairs.sort((a, b) => a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0) }
  forEach(call, self) { for (const [name, value] of this.#pairs) call.call(self, value, name, this) }
  *entries() { for (const [name, value] of this.#pairs) yield [name, value] }
  *keys() { for (const [name] of this.#pairs) yield name }
  *values() { for (const [, value] of this.#pairs) yield value }
  [Symbol.iterator]() { return this.entries() }
  toString() {
    const encode = text => encodeURIComponent(text.toWellFormed()).replace(/%20/g, '+')
      .replace(/[!'()~]/g, char => '%' + char.charCodeAt(0).toString(16).toUpperCase());
    return this.#pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  }
};
