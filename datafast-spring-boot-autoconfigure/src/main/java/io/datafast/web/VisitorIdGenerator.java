/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast.web;

import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.UUID;

/**
 * Makes up ids for visitors that have none: random UUIDs. Unlike
 * {@link UUID#randomUUID()}, which reads the operating system's random numbers from a
 * file, it does so only when it is created, so that it can be used on an event loop.
 * Thread-safe.
 */
final class VisitorIdGenerator {

	private static final int BYTES = 16;

	private final SecureRandom random = createRandom();

	/**
	 * Create a generator.
	 */
	VisitorIdGenerator() {
		// The first use reads the seed.
		this.random.nextBytes(new byte[BYTES]);
	}

	private static SecureRandom createRandom() {
		try {
			return SecureRandom.getInstance("DRBG");
		}
		catch (NoSuchAlgorithmException ex) {
			return new SecureRandom();
		}
	}

	/**
	 * Make up an id.
	 * @return a random UUID, of version 4
	 */
	String generate() {
		byte[] bytes = new byte[BYTES];
		this.random.nextBytes(bytes);
		bytes[6] = (byte) (bytes[6] & 0x0f | 0x40);
		bytes[8] = (byte) (bytes[8] & 0x3f | 0x80);
		ByteBuffer buffer = ByteBuffer.wrap(bytes);
		return new UUID(buffer.getLong(), buffer.getLong()).toString();
	}

}
