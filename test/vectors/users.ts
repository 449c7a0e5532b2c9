/** User records. Password and card are in them so that tests can prove they do not come out. */
export const users = {
  /** Uid 5, administrator, password 1234, "Ana Ruiz", card 1234567, group 1, id "1005"; constructed. */
  large: '0500 0e 3132333400000000 416e61205275697a 00*16 87d61200 01 0000 0000 0000 0000 31303035 00*20',
  /** The same person on an old machine, name "Ana"; constructed. */
  small: '0500 0e 3132333400 416e610000000000 87d6120000 01 0000 ed030000',
} as const;
