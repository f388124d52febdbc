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

package io.datafast.interceptor;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.datafast.Goal;
import io.datafast.annotation.TrackGoal;
import io.datafast.autoconfigure.DataFastAutoConfiguration;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.testing.WebApplication;
import jakarta.servlet.http.HttpSession;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.NameMatchMethodPointcutAdvisor;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.annotation.RequestScope;
import org.springframework.web.context.annotation.SessionScope;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Beans of sessions stay serializable, and track once a session has been read again.
 */
class SessionBeansTests {

	private static final Queue<Goal> dispatched = new ConcurrentLinkedQueue<>();

	/**
	 * The session of the application, as another store than the server's memory holds it.
	 */
	private static byte[] stored;

	@BeforeEach
	void clear() {
		dispatched.clear();
		stored = null;
	}

	@Test
	void beansOfSessionsAndRequestsTrackOnce() throws Exception {
		try (WebApplication application = WebApplication.onTomcat(Application.class)) {
			buy(application, "visitor-1");
			assertThat(dispatched).extracting(Goal::name)
				.containsExactly("request_scoped", "session_scoped", "session_scoped_by_interface", "session_advised");
			assertThat(dispatched).extracting(Goal::visitorId).containsOnly("visitor-1");
		}
	}

	@Test
	void aSessionThatIsReadAgainTracks() throws Exception {
		try (WebApplication application = WebApplication.onTomcat(Application.class)) {
			buy(application, "visitor-1");
			dispatched.clear();
			assertThat(application.post("/restore", "", "Cookie", "datafast_visitor_id=visitor-2").body())
				.isEqualTo("1,1,1");
			assertThat(dispatched).extracting(Goal::name)
				.containsExactly("session_scoped", "session_scoped_by_interface", "session_advised");
			assertThat(dispatched).extracting(Goal::visitorId).containsOnly("visitor-2");
		}
	}

	@Test
	void aSessionThatOutlivesItsApplicationTracksInTheNext() throws Exception {
		try (WebApplication application = WebApplication.onTomcat(Application.class)) {
			buy(application, "visitor-1");
		}
		dispatched.clear();
		try (WebApplication application = WebApplication.onTomcat(Application.class)) {
			assertThat(application.post("/restore", "", "Cookie", "datafast_visitor_id=visitor-2").body())
				.isEqualTo("1,1,1");
			assertThat(dispatched).extracting(Goal::name)
				.containsExactly("session_scoped", "session_scoped_by_interface", "session_advised");
			assertThat(dispatched).extracting(Goal::visitorId).containsOnly("visitor-2");
		}
	}

	@Test
	void allSessionsAndAllContextsShareTheClassOfAProxy() {
		Set<Class<?>> classes = new HashSet<>();
		for (int i = 0; i < 2; i++) {
			try (ConfigurableApplicationContext context = context()) {
				classes.add(context.getBean("prototype").getClass());
				classes.add(context.getBean("prototype").getClass());
			}
		}
		assertThat(classes).hasSize(1);
	}

	@Test
	void aBeanThatIsReadIsNotRegisteredAnew() throws Exception {
		try (ConfigurableApplicationContext context = context()) {
			ListeningCart cart = context.getBean(ListeningCart.class);
			ByteArrayOutputStream bytes = new ByteArrayOutputStream();
			new ObjectOutputStream(bytes).writeObject(cart);
			ListeningCart read = (ListeningCart) new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))
				.readObject();
			context.publishEvent("event");
			assertThat(cart.events()).isEqualTo(1);
			assertThat(read.events()).isZero();
			assertThat(AopUtils.isAopProxy(read)).isTrue();
		}
	}

	private static ConfigurableApplicationContext context() {
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
		context.register(DataFastAutoConfiguration.class);
		context.registerBean("prototype", Cart.class, (definition) -> definition.setScope("prototype"));
		context.registerBean("listener", ListeningCart.class);
		context.refresh();
		return context;
	}

	private static void buy(WebApplication application, String visitor) throws Exception {
		assertThat(application.post("/buy", "", "Cookie", "datafast_visitor_id=" + visitor).statusCode())
			.isEqualTo(200);
	}

	interface Basket {

		void buy();

		int size();

	}

	@SuppressWarnings("serial")
	public static class Cart implements Serializable {

		private int size;

		@TrackGoal("session_scoped")
		public void buy() {
			this.size++;
		}

		public int size() {
			return this.size;
		}

	}

	@SuppressWarnings("serial")
	public static class ListeningCart implements ApplicationListener<PayloadApplicationEvent<String>>, Serializable {

		private int events;

		@Override
		public void onApplicationEvent(PayloadApplicationEvent<String> event) {
			this.events++;
		}

		public int events() {
			return this.events;
		}

		@TrackGoal("listening")
		public void buy() {
		}

	}

	@SuppressWarnings("serial")
	public static class BasketOfSession implements Basket, Serializable {

		private int size;

		@Override
		@TrackGoal("session_scoped_by_interface")
		public void buy() {
			this.size++;
		}

		@Override
		public int size() {
			return this.size;
		}

	}

	@SuppressWarnings("serial")
	static class SerializableAdvice implements MethodInterceptor, Serializable {

		@Override
		public Object invoke(MethodInvocation invocation) throws Throwable {
			return invocation.proceed();
		}

	}

	@SuppressWarnings("serial")
	public static class AdvisedCart implements Serializable {

		private int size;

		@TrackGoal("session_advised")
		public void order() {
			this.size++;
		}

		public int size() {
			return this.size;
		}

	}

	public static class Visit {

		@TrackGoal("request_scoped")
		public void buy() {
		}

	}

	@RestController
	@RequestMapping
	static class Shop {

		private final Visit visit;

		private final Cart cart;

		private final Basket basket;

		private final AdvisedCart advisedCart;

		Shop(Visit visit, Cart cart, Basket basket, AdvisedCart advisedCart) {
			this.visit = visit;
			this.cart = cart;
			this.basket = basket;
			this.advisedCart = advisedCart;
		}

		@PostMapping("/buy")
		public String buy(HttpSession session) throws IOException {
			this.visit.buy();
			this.cart.buy();
			this.basket.buy();
			this.advisedCart.order();
			Map<String, Object> attributes = new TreeMap<>();
			Collections.list(session.getAttributeNames())
				.forEach((name) -> attributes.put(name, session.getAttribute(name)));
			ByteArrayOutputStream bytes = new ByteArrayOutputStream();
			new ObjectOutputStream(bytes).writeObject(attributes);
			stored = bytes.toByteArray();
			return "ok";
		}

		@PostMapping("/restore")
		public String restore() throws IOException, ClassNotFoundException {
			Map<?, ?> attributes = (Map<?, ?>) new ObjectInputStream(new ByteArrayInputStream(stored)) {

				@Override
				protected Class<?> resolveClass(ObjectStreamClass description)
						throws IOException, ClassNotFoundException {
					if (description.getName().contains("$Cart$$")) {
						throw new ClassNotFoundException("Another process has no " + description.getName());
					}
					return super.resolveClass(description);
				}

			}.readObject();
			Cart restoredCart = (Cart) attributes.get("scopedTarget.cart");
			Basket restoredBasket = (Basket) attributes.get("scopedTarget.basket");
			AdvisedCart restoredAdvisedCart = (AdvisedCart) attributes.get("scopedTarget.advisedCart");
			String sizes = restoredCart.size() + "," + restoredBasket.size() + "," + restoredAdvisedCart.size();
			assertThat(AopUtils.isAopProxy(restoredCart)).isTrue();
			restoredCart.buy();
			restoredBasket.buy();
			restoredAdvisedCart.order();
			return sizes;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(AopAutoConfiguration.class)
	@Import(Shop.class)
	static class Application {

		@Bean
		@RequestScope
		Visit visit() {
			return new Visit();
		}

		@Bean
		@SessionScope
		Cart cart() {
			return new Cart();
		}

		@Bean
		@SessionScope
		Basket basket() {
			return new BasketOfSession();
		}

		@Bean
		@SessionScope
		AdvisedCart advisedCart() {
			return new AdvisedCart();
		}

		@Bean
		static NameMatchMethodPointcutAdvisor advisor() {
			NameMatchMethodPointcutAdvisor advisor = new NameMatchMethodPointcutAdvisor(new SerializableAdvice());
			advisor.setMappedNames("order");
			return advisor;
		}

		@Bean
		GoalDispatcher goalDispatcher() {
			return dispatched::add;
		}

	}

}
