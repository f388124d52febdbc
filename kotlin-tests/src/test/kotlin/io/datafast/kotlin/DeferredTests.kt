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

package io.datafast.kotlin

import io.datafast.Goal
import io.datafast.annotation.GoalMetadata
import io.datafast.annotation.TrackGoal
import io.datafast.annotation.VisitorId
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.async
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.supervisorScope
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Test
import org.springframework.boot.WebApplicationType
import org.springframework.stereotype.Service
import java.util.concurrent.BlockingQueue

/**
 * Values that come later, whether or not anybody has asked for them yet.
 */
class DeferredTests {

	@Test
	fun `tracks the value and returns the very object`() = withShop { shop, goals ->
		val deferred = CompletableDeferred<String>()
		assertThat(shop.deferred(VISITOR, deferred)).isSameAs(deferred)
		assertThat(goals).isEmpty()
		deferred.complete("value")
		assertThat(goals).containsExactly(Goal.of("deferred").forVisitor(VISITOR).with("result", "value"))
		shop.deferred(VISITOR, CompletableDeferred("done"))
		assertThat(goals).hasSize(2)
	}

	@Test
	fun `does not start what is lazy`() = withShop { shop, goals ->
		runBlocking {
			val deferred = async(start = CoroutineStart.LAZY) { "value" }
			assertThat(shop.deferred(VISITOR, deferred)).isSameAs(deferred)
			assertThat(deferred.isActive).isFalse()
			assertThat(goals).isEmpty()
			assertThat(deferred.await()).isEqualTo("value")
			assertThat(goals).containsExactly(Goal.of("deferred").forVisitor(VISITOR).with("result", "value"))
		}
	}

	@Test
	fun `tracks nothing that is cancelled or fails`() = withShop { shop, goals ->
		runBlocking {
			val neverStarted = async(start = CoroutineStart.LAZY) { "value" }
			shop.deferred(VISITOR, neverStarted)
			neverStarted.cancel()
			neverStarted.join()
			supervisorScope {
				val failing = shop.deferred(VISITOR, async(start = CoroutineStart.LAZY) { throw IllegalStateException("on purpose") })
				assertThatThrownBy { runBlocking { failing.await() } }.hasMessage("on purpose")
			}
		}
		assertThat(goals).isEmpty()
	}

	private fun withShop(test: (Shop, BlockingQueue<Goal>) -> Unit) =
		withApplication(WebApplicationType.NONE, Shop::class) { context, goals -> test(context.getBean(Shop::class.java), goals) }

	@Service
	class Shop {

		@TrackGoal(name = "deferred", metadata = [GoalMetadata(key = "result", expression = "#result")])
		fun deferred(@VisitorId visitorId: String, deferred: Deferred<String>): Deferred<String> = deferred

	}

}
