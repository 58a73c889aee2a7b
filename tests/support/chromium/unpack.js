// node unpack.js FROM TO: undoes brotli, which Python cannot do by itself
const [from, to] = process.argv.slice(2)
require("fs").writeFileSync(to, require("zlib").brotliDecompressSync(require("fs").readFileSync(from)))
