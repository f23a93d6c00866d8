// Starts a Bluesky network, seeds it from the JSON file named first, writes what came of it to the one named second.
const fs = require('node:fs')
const { TestNetwork } = require('@atproto/dev-env')
const { AtpAgent } = require('@atproto/api')

async function account(pds, handle) {
  const agent = new AtpAgent({ service: pds })
  await agent.createAccount({ email: `${handle}@example.test`, handle: `${handle}.test`, password: 'not-a-secret' })
  return agent
}

async function main() {
  const [seedFile, readyFile] = process.argv.slice(2)
  const seed = JSON.parse(fs.readFileSync(seedFile, 'utf8'))
  const [plc, pds, bsky] = seed.ports
  const network = await TestNetwork.create({
    plc: { port: plc },
    pds: { port: pds, hostname: 'localhost', enableDidDocWithSession: true, devMode: true },
    bsky: { dbPostgresSchema: 'bsky', port: bsky, publicUrl: `http://localhost:${bsky}` },
  })
  const agents = {}
  for (const handle of seed.authors) agents[handle] = await account(`http://localhost:${pds}`, handle)
  const made = {}
  for (const post of seed.posts) {
    const record = { text: post.text, langs: ['sv'], createdAt: post.at }
    if (post.parent) record.reply = { root: made[post.root], parent: made[post.parent] }
    if (post.quotes) record.embed = { $type: 'app.bsky.embed.record', record: made[post.quotes] }
    const { uri, cid } = await agents[post.author].post(record)
    made[post.key] = { uri, cid }
    if (post.deleted) await agents[post.author].deletePost(uri)
  }
  await network.processAll()
  const dids = Object.fromEntries(Object.entries(agents).map(([handle, agent]) => [handle, agent.session.did]))
  const uris = Object.fromEntries(Object.entries(made).map(([key, { uri }]) => [key, uri]))
  const told = { appview: `http://localhost:${bsky}`, pds: `http://localhost:${pds}`, dids, uris }
  told.appview_did = network.bsky.ctx.cfg.serverDid
  fs.writeFileSync(readyFile + '.part', JSON.stringify(told))
  fs.renameSync(readyFile + '.part', readyFile)
  // One more post, or the deletion of one, for each line on standard input.
  process.stdin.setEncoding('utf8')
  let rest = ''
  process.stdin.on('data', async (chunk) => {
    rest += chunk
    if (!rest.includes('\n')) return
    const order = JSON.parse(rest.slice(0, rest.indexOf('\n')))
    rest = rest.slice(rest.indexOf('\n') + 1)
    if (order.delete) await agents[order.author].deletePost(made[order.delete].uri)
    else {
      const reply = { root: made[order.root], parent: made[order.parent] }
      made[order.key] = await agents[order.author].post({ text: order.text, reply, createdAt: order.at })
    }
    await network.processAll()
    fs.writeFileSync(order.done, order.delete ? '' : made[order.key].uri)
  })
  process.stdin.on('end', () => process.exit(0))
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
