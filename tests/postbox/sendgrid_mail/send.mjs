// Sends one email by SendGrid's client for Node.js: node send.mjs MODULE BASE_URL. Prints the status.
const [module, baseUrl] = process.argv.slice(2)
const { default: mail } = await import(module)
mail.setApiKey('SG.key')
mail.client.setDefaultRequest('baseUrl', baseUrl)
const [response] = await mail.send({
  to: { email: 'rita@example.org', name: 'Reader, Rita' },
  from: { email: 'news@example.org', name: 'The Example' },
  subject: 'Hello',
  text: 'Good morning',
  html: '<p>Good morning</p>',
  customArgs: { edition: '7' },
  attachments: [{ content: 'QkVHSU4=', filename: 'invitation.ics', type: 'text/calendar; method=REQUEST', disposition: 'attachment' }],
})
console.log(response.statusCode)
