/** Who is to reach a seller's server, and what has to be done for it. */
export const reaches = [
  {
    value: 'this-computer', label: 'This computer',
    about: 'Buyers on this computer reach it: for practice, and for trying a listing out.',
    guide: [],
  },
  {
    value: 'network', label: 'My network',
    about: 'Computers in the same network reach it: an institute, an office, a home. The server speaks TLS with a certificate of its own, and each listing pins it, so that buyers take no other.',
    guide: [
      'Choose the address that this computer has in your network. Give it a fixed one in your router, or buyers lose it when it changes.',
      'Write the listing for “My network”: it then pins the certificate. A listing that was published for this computer only does not.',
      'Allow the port in this computer’s firewall.',
    ],
  },
  {
    value: 'internet', label: 'The internet',
    about: 'Everybody reaches it, through a proxy with a name and a certificate that passes requests on to this computer.',
    guide: [
      'Have a server with a name, such as data.example.org, and a proxy on it that speaks TLS (nginx, Caddy).',
      'Bring this computer’s port to that server, and keep the line open:',
      'Let the proxy pass on what it is asked, with the name it was asked under:',
      'Or leave this computer out of it: copy the profile to the server and run hesystem headless, or hesystem serve, there.',
    ],
  },
] as const

export type Reach = (typeof reaches)[number]['value']

/** What to type for a step of the internet's guide; null where there is nothing. */
export const commandFor = (step: number, port: number): string | null => {
  if (step === 1) return `ssh -N -R 127.0.0.1:${port}:127.0.0.1:${port} you@data.example.org`
  if (step === 2) return `location / { proxy_pass http://127.0.0.1:${port}; proxy_set_header Host $host; }`
  return null
}
