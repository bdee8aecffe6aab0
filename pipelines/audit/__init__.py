"""What happens to what is published: the outsider's attack, and the verifier that reads every file back.

Nothing is protected, written or repaired here, and no code is shared with the room that protects.
"""
