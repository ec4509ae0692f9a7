// A key pair for the practice machine.

export interface KeyPair {
  private: string
  public: string
}

/**
 * A new ed25519 pair in OpenSSH's format. ssh2 1.17.0 writes about one pair in a hundred so that it
 * cannot read it back ("Malformed OpenSSH private key"), so a pair counts only once it was read.
 */
export async function keyPair(): Promise<KeyPair> {
  const { default: ssh2 } = await import('ssh2')
  for (;;) {
    const { private: secret, public: open } = ssh2.utils.generateKeyPairSync('ed25519')
    if ([secret, open].some((key) => ssh2.utils.parseKey(key) instanceof Error)) continue
    return { private: secret, public: open }
  }
}
