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

package io.datafast.delivery;

import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

import io.datafast.support.Lazy;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.BeanCreationNotAllowedException;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Ends delivery after all other beans have been destroyed: executors that await their
 * tasks, and {@code @PreDestroy} methods, may still track goals. Beans are destroyed in
 * the reverse order of their creation, and bean factory post-processors are created
 * before all other beans. This class is a bean factory post-processor for that order
 * alone, and processes nothing.
 * <p>
 * While beans are destroyed, no bean can be created. So beans that are
 * {@linkplain #lazily looked up} with the first goal are looked up when the context
 * begins to close, if not before. Thread-safe.
 */
public final class DeliveryShutdown
		implements BeanFactoryPostProcessor, ApplicationListener<ContextClosedEvent>, DisposableBean {

	/**
	 * The phase of a dispatcher. It is far below the phases of web servers, message
	 * listeners and task executors, and the default phase of components. Components of a
	 * lower phase stop later.
	 */
	public static final int PHASE = Integer.MIN_VALUE / 2;

	private final Log log = LogFactory.getLog(DeliveryShutdown.class);

	private final Deque<AutoCloseable> resources = new ConcurrentLinkedDeque<>();

	private final List<Supplier<?>> lookups = new CopyOnWriteArrayList<>();

	private volatile boolean destroyed;

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
	}

	/**
	 * Register a resource to be closed after all other beans have been destroyed.
	 * Resources are closed in the reverse order of their registration. A bean that is
	 * registered must not have a destroy method of its own.
	 * @param <T> the type of the resource
	 * @param resource the resource
	 * @return the resource
	 */
	public <T extends AutoCloseable> T register(T resource) {
		this.resources.push(resource);
		return resource;
	}

	/**
	 * Look beans up when they are first needed, or else before beans are destroyed.
	 * @param <T> what is looked up
	 * @param lookup the look-up
	 * @return gives the result of the look-up
	 */
	public <T> Supplier<T> lazily(Supplier<T> lookup) {
		Supplier<T> lazy = Lazy.of(() -> {
			if (this.destroyed) {
				throw new BeanCreationNotAllowedException("goals", "The application has ended");
			}
			return lookup.get();
		});
		this.lookups.add(lazy);
		return lazy;
	}

	@Override
	public void onApplicationEvent(ContextClosedEvent event) {
		for (Supplier<?> lookup : this.lookups) {
			try {
				lookup.get();
			}
			catch (Throwable ex) {
				this.log.debug("A bean for goals cannot be created", ex);
			}
		}
	}

	@Override
	public void destroy() {
		this.destroyed = true;
		for (AutoCloseable next = this.resources.poll(); next != null; next = this.resources.poll()) {
			try {
				next.close();
			}
			catch (Exception ex) {
				this.log.warn("Closing " + next.getClass().getName() + " failed", ex);
			}
		}
	}

}
